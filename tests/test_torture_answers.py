"""Whatever the gateway sends comes to a list or to a verdict, in little time, with room and path."""

from typing import Any

import msgspec
import pytest

from rankcrawler.model.items import Quarantined
from tests.builders import body, failed, row, snapshot
from tests.mutations import by_chance
from tests.torture import answers
from tests.torture.answers import PEAK_MB, Result, every_input, run

GOOD = body(row())


@pytest.mark.timeout(60)
def test_thousands_of_bad_answers_each_come_to_a_list_or_to_a_reason() -> None:
    result = run(every_input(seed=1, count=300))
    assert result.violations == []
    assert result.inputs == len(result.seen) == result.snapshots + result.refused
    assert result.inputs > 5000
    assert min(result.snapshots, result.refused, result.quarantined) > 1000
    assert result.peak_mb < PEAK_MB


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert list(by_chance(3, 20)) == list(by_chance(3, 20))
    assert list(by_chance(3, 20)) != list(by_chance(4, 20))


def with_outcome(monkeypatch: pytest.MonkeyPatch, outcome: Any) -> Result:
    """The result where a good answer of one row comes to this."""

    def parsed(_body: bytes) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(answers, "parsed", parsed)
    return run([("one", GOOD), ("again", GOOD)])


BAD_ROW = Quarantined(1, "$.data.data.ranks[0]", "why")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (ValueError("x"), "one: ValueError: x"),
        (snapshot(), "one: 1 rows came, 3 are kept or in quarantine"),
        (snapshot([]), "one: 1 rows came, 0 are kept or in quarantine"),
        (snapshot([], room_id="5"), "one: another room"),
        (snapshot([], quarantined=(msgspec.structs.replace(BAD_ROW, path=""),)), "in quarantine at ''"),
        (snapshot([], quarantined=(msgspec.structs.replace(BAD_ROW, reason="a\nb"),)), "for 'a\\nb'"),
        (failed(room_id="5"), "one: another room"),
        (failed(reason=""), "one: the reason is ''"),
        (failed(reason="a\nb"), "one: the reason is 'a\\nb'"),
        (failed(reason="x" * 1000), "one: the reason is 'xxx"),
        (failed(reason="unreadable answer: Expected `int`"), "one: the reason has no path"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else type(value).__name__,
)
def test_an_outcome_that_is_lost_or_says_too_little_is_caught(
    monkeypatch: pytest.MonkeyPatch, outcome: Any, told: str
) -> None:
    assert any(told in violation for violation in with_outcome(monkeypatch, outcome).violations)


def test_an_outcome_that_says_enough_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for outcome in (snapshot([], quarantined=(BAD_ROW,)), failed(), failed(reason="unreadable answer: x - at `$`")):
        result = with_outcome(monkeypatch, outcome)
        assert (result.violations, result.inputs) == ([], 1)


def test_a_log_line_that_names_no_room_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rankcrawler.pipelines.validate.logger.error", lambda *_, **__: None)
    (violation,) = with_outcome(monkeypatch, snapshot([], quarantined=(BAD_ROW,))).violations
    assert "no line with a path" in violation


def test_the_figures_are_a_table() -> None:
    told = Result(inputs=1234, crashes=1, violations=["a", "b"], slowest_ms=1.6).table()
    assert told.splitlines()[2] == "| 1,234 | 0 | 0 | 0 | 1 | 1 | 2 ms | +0 MB |"
