"""Every benchmark runs, with very little to do, and gives a table and JSON; crawl's ratio is guarded.

A benchmark that misses a bound with so little to do has not failed here: its figures are what is looked at.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.all import BENCHMARKS
from benchmarks.answer import lists
from benchmarks.gateway import MovingEditions
from tests import postgresql

ROOT = Path(__file__).parent.parent
LITTLE = {
    "accuracy": ["--hours", "0.5", "--givers", "30", "--seconds", "60"],
    "crawl": ["--rooms", "200", "--rounds", "2", "--only", "rankcrawler-sqlite", "textbook", "--guard", "5"],
    "decode": ["--rounds", "1", "--seconds", "0.01"],
    "memory": ["--responses", "60", "--rounds", "1", "--entries", "2"],
    "profile": ["--rooms", "60", "--rounds", "1", "--entries", "2", "--only", "rankcrawler-jsonl"],
    "queue": ["--rooms", "30000", "--calls", "100"],
    "reading": ["--entries", "2000", "--minutes", "5", "--rooms", "5", "--rounds", "1"],
    "scale": ["--rooms", "20", "--entries", "2", "--workers", "1", "--seconds", "0.1"],
    "serve": [
        *("--kinds", "sqlite", "--entries", "2000", "--minutes", "5", "--rooms", "5", "--rounds", "1"),
        *("--readers", "3", "--seconds", "0.3", "--written", "8", "--streams", "5", "--turns", "1"),
    ],
    "store": ["--rooms", "2", "--minutes", "30", "--rounds", "1"],
}
TOLD = {
    "accuracy": "shares",
    "crawl": "lists_of",
    "decode": "microseconds_of_lists_of",
    "memory": "seconds_to_first_request",
    "profile": "milliseconds_of_cpu_a_response",
    "queue": "result",
    "reading": "ms_of_questions",
    "scale": "costs_of_a_poll",
    "serve": "figures",
    "store": "rows_a_second",
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="benchmarks read /proc and use prctl")


def results(name: str, *arguments: str, file: Path) -> dict[str, Any]:
    """What a benchmark writes."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr
    assert "\n| " in done.stdout, done.stderr
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def test_every_benchmark_is_run_by_make_bench_and_here() -> None:
    assert set(BENCHMARKS) == set(LITTLE) == set(TOLD)
    assert "benchmarks.all" in (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(set(LITTLE) - {"crawl", "queue", "store"}))
def test_a_benchmark_gives_a_table_and_json_with_the_machine_it_ran_on(name: str, tmp_path: Path) -> None:
    if name in ("reading", "scale", "serve") and (why := postgresql.missing()):
        pytest.skip(why)
    found = results(name, *LITTLE[name], file=tmp_path / "figures.json")
    assert found["machine"]["cores"] >= 1
    assert found[TOLD[name]]


def told(name: str, folder: Path) -> Any:
    """The figures of a benchmark that has a test of its own."""
    found = results(name, *LITTLE[name], file=folder / "figures.json")
    assert found["machine"]["cores"] >= 1
    return found[TOLD[name]]


def test_a_recurring_room_takes_at_most_200_bytes_and_a_lease_few_milliseconds(tmp_path: Path) -> None:
    result = told("queue", tmp_path)
    assert 50 < result["bytes_per_room"] <= 200
    assert all(each["median"] < 5 for each in result["latencies"])


def test_a_crawl_stores_at_least_five_times_the_rows_of_the_textbook_project(tmp_path: Path) -> None:
    """A ratio of CPU seconds inside one run, its rounds interleaved."""
    command = [sys.executable, "-m", "benchmarks.crawl", *LITTLE["crawl"], "--json", str(tmp_path / "figures.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=ROOT)
    assert done.returncode == 0, f"{done.stdout[-600:]}\n{done.stderr[-600:]}"
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert set(figures[TOLD["crawl"]]["100"]["paces"]) == {"rankcrawler-sqlite", "textbook"}


def test_a_moving_gateway_gives_each_request_for_a_room_the_next_list() -> None:
    editions = MovingEditions([[b"first of a", b"first of b"], [b"second of a", b"second of b"]])
    assert editions.of(0).endswith(b"first of a")
    assert editions.of(1).endswith(b"first of b")
    assert editions.of(1).endswith(b"second of b")
    assert editions.of(1).endswith(b"second of b"), "the last one stays"
    editions.turn()
    assert editions.of(1).endswith(b"first of b")


def test_in_a_later_edition_a_tenth_of_a_lists_contributors_have_given_more() -> None:
    [before], [after] = lists(1, 100, 0), lists(1, 100, 0, moves=1)
    old, new = (
        {each["user"]["id"]: each["score"] for each in json.loads(body)["data"]["data"]["ranks"]}
        for body in (before, after)
    )
    assert old.keys() == new.keys()
    assert sum(new[user] > old[user] for user in old) == 10
    assert [*new.values()] == sorted(new.values(), reverse=True)


@pytest.mark.skipif(bool(postgresql.missing()), reason="needs a PostgreSQL server")
def test_what_the_store_keeps_of_a_day_is_a_fraction_of_what_was_served(tmp_path: Path) -> None:
    assert told("store", tmp_path)
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    ways = [each["sqlite"] for each in figures["bytes_a_poll"].values()]
    assert ways == sorted(ways, reverse=True), "each way saves something beside the one before"
    assert ways[-1] < ways[0] / 5
