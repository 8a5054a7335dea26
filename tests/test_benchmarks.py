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
from tests import postgresql

ROOT = Path(__file__).parent.parent
LITTLE = {
    "crawl": ["--rooms", "1000", "--rounds", "1", "--entries", "3", "--only", "rankcrawler-jsonl", "floor-jsonl"],
    "decode": ["--rounds", "1", "--seconds", "0.01"],
    "memory": ["--responses", "60", "--rounds", "1", "--entries", "2"],
    "profile": ["--rooms", "60", "--rounds", "1", "--entries", "2", "--only", "rankcrawler-jsonl"],
    "queue": ["--rooms", "30000", "--calls", "100"],
    "scale": ["--rooms", "60", "--entries", "2", "--workers", "1", "--seconds", "0.5"],
    "store": ["--rooms", "20", "--minutes", "5", "--entries", "2", "--rounds", "1"],
}
TOLD = {
    "crawl": "lists_of",
    "decode": "microseconds_of_lists_of",
    "memory": "seconds_to_first_request",
    "profile": "milliseconds_of_cpu_a_response",
    "queue": "result",
    "scale": "costs_of_a_poll",
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


@pytest.mark.parametrize("name", sorted(LITTLE))
def test_a_benchmark_gives_a_table_and_json_with_the_machine_it_ran_on(name: str, tmp_path: Path) -> None:
    if name == "scale" and (why := postgresql.missing()):
        pytest.skip(why)
    found = results(name, *LITTLE[name], file=tmp_path / "figures.json")
    assert found["machine"]["cores"] >= 1
    assert found[TOLD[name]]


def test_a_recurring_room_takes_at_most_200_bytes_and_a_lease_few_milliseconds(tmp_path: Path) -> None:
    result = results("queue", *LITTLE["queue"], file=tmp_path / "figures.json")["result"]
    assert 50 < result["bytes_per_room"] <= 200
    assert all(each["median"] < 5 for each in result["latencies"])


def test_a_crawl_stores_at_least_five_times_the_rows_of_the_textbook_project() -> None:
    """A ratio of CPU seconds inside one run, its rounds interleaved."""
    guard = ["--rooms", "200", "--rounds", "3", "--only", "rankcrawler-sqlite", "textbook", "--guard", "5"]
    command = [sys.executable, "-m", "benchmarks.crawl", *guard]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=ROOT)
    assert done.returncode == 0, f"{done.stdout[-600:]}\n{done.stderr[-600:]}"
