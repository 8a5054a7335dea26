"""The store's benchmark, with few rooms: all its tables come out, and what is small is small."""

import json
from pathlib import Path

import pytest

from benchmarks import store
from tests.postgresql import missing


@pytest.mark.skipif(bool(missing()), reason="needs a PostgreSQL server")
def test_what_the_store_keeps_of_a_day_is_a_fraction_of_what_was_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    few = ["--rooms", "5", "--minutes", "30", "--rounds", "1", "--entries", "20000"]
    store.main([*few, "--json", str(file)])
    figures = json.loads(file.read_text("utf-8"))
    ways = [each["sqlite"] for each in figures["bytes_a_poll"].values()]
    assert ways == sorted(ways, reverse=True), "each way saves something beside the one before"
    assert ways[-1] < ways[0] / 5
    assert set(figures["ms"]) == {"sqlite", "postgresql"}
    assert "a contributor's trail" in capsys.readouterr().out
