"""With all faults of the gateway at once each answer is on record; the long run is tests.torture.books."""

from pathlib import Path

from tests.torture.books import run


def test_every_answer_and_row_of_a_faulty_gateway_is_on_record(tmp_path: Path) -> None:
    result = run(tmp_path / "data", 500, "sqlite")
    assert result.difference == 0
    assert min(result.lists, result.failures, result.unread, result.dead) > 0
    assert result.answers == result.lists + result.failures >= 500
