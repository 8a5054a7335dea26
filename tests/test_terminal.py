"""What a crawl and a fleet draw on a terminal, in its foreground and in its background."""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from rich.text import Text

from rankcrawler.progress import Figures, line, together
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.crawls import until
from tests.gateways import environment, simulated
from tests.terminals import BAR, terminal

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(60)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
CRAWL = f"{shlex.quote(sys.executable)} -m rankcrawler crawl ranklist"
"""In an interpreter of its own, so that the shell has it in its foreground or background."""
GIVEN = ["-a", f"rooms={','.join(ROOMS)}", "-s", "CONCURRENT_REQUESTS=4"]


def drawn(lines: list[str]) -> list[str]:
    """The lines that are a bar."""
    return [each for each in lines if BAR in each]


def test_a_fleet_draws_one_line_with_the_totals_of_its_workers_and_one_summary(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=0.3)) as gateway:
        env = environment(gateway, tmp_path)
        with terminal(["rankcrawler", "fleet", "--workers", "2", *GIVEN], env=env) as screen:
            assert screen.end() == 0, screen.written
    bars = drawn(screen.lines)
    assert len(bars) > 5
    assert all(bar.count(BAR) == 24 for bar in bars), "each bar stands on a line of its own"
    known = [int(found[1]) for bar in bars if (found := re.search(r"rooms \d+/(\d+)", bar))]
    assert 50 < max(known) < 75, "the total is that of the queue, give or take what is on its way, and not twice that"
    stored = [each for each in screen.lines if "stored" in each]
    assert len(stored) == 1
    assert "60 stored" in stored[0]
    assert screen.lines.index(stored[0]) > screen.lines.index(bars[-1])


def test_a_line_of_the_log_names_its_worker_and_stands_above_the_bar(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=0.3)) as gateway:
        env = environment(gateway, tmp_path)
        command = ["rankcrawler", "fleet", "--workers", "2", "-L", "INFO", *GIVEN]
        with terminal(command, env=env, columns=300) as screen:
            assert screen.end() == 0, screen.written
    logged = [each for each in screen.lines if "Leasing from" in each]
    assert sorted(re.match(r"worker (\d): \d{4}-", each).group(1) for each in logged) == ["1", "2"]  # type: ignore[union-attr]
    assert not [each for each in logged if BAR in each]


def test_the_log_of_a_fleet_in_a_file_names_each_worker_too(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data")
        command = ["rankcrawler", "fleet", "--workers", "2", "--logfile", str(tmp_path / "log"), *GIVEN]
        with terminal(command, env=env) as screen:
            assert screen.end() == 0, screen.written
    log = (tmp_path / "log").read_text("utf-8")
    assert "worker 1: " in log
    assert "worker 2: " in log


def test_a_crawl_draws_in_the_foreground_and_nothing_in_the_background(tmp_path: Path) -> None:
    seen = {}
    for place, ampersand in (("foreground", ""), ("background", " & wait")):
        with simulated(WORLD, faults=Faults(latency=0.1)) as gateway:
            env = environment(gateway, tmp_path / place) | {"LINE": f"{CRAWL} {shlex.join(GIVEN)}"}
            with terminal(["bash", "-c", f'set -m; eval "$LINE"{ampersand}'], env=env) as screen:
                assert screen.end() == 0, screen.written
        seen[place] = screen
    assert drawn(seen["foreground"].lines)
    assert not drawn(seen["background"].lines)
    assert "\x1b" not in seen["background"].written
    assert "60 stored" in seen["background"].written


def test_a_crawl_that_comes_to_the_foreground_begins_to_draw(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=0.15)) as gateway:
        env = environment(gateway, tmp_path) | {"LINE": f"{CRAWL} {shlex.join(GIVEN)}"}
        with terminal(["bash", "-c", 'set -m; eval "$LINE" & read -r; echo taken; fg'], env=env) as screen:
            until(lambda: gateway.ledger.outcomes.total() >= 8)
            screen.type(b"\n")
            assert screen.end() == 0, screen.written
    before, _, after = screen.written.partition("taken")
    assert BAR not in before
    assert BAR in after


@pytest.mark.parametrize("command", [["crawl", "ranklist"], ["fleet", "--workers", "2"]], ids=["crawl", "fleet"])
def test_ctrl_c_with_recurring_rooms_only_is_no_failure_and_says_how_to_go_on(
    tmp_path: Path, command: list[str]
) -> None:
    rooms = tmp_path / "rooms.jsonl"
    rooms.write_text("".join(json.dumps({"room_id": room, "every": 60}) + "\n" for room in ROOMS[:12]))
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data")
        with terminal(["rankcrawler", *command, "-a", f"rooms={rooms}"], env=env) as screen:
            until(lambda: gateway.ledger.outcomes.total() >= 12)
            screen.says("rooms 12  polls 12")
            screen.type(b"\x03")
            assert screen.end() == 0, screen.written
    assert "12 recurring rooms stay scheduled. To go on polling, run the same command again" in screen.written
    assert "Failed" not in screen.written
    assert {each.partition(" ")[2][:9] for each in drawn(screen.lines)} <= {"rooms 0/0"}, (
        "a queue of recurring rooms never empties, so there is no bar to fill"
    )


def figures(stored: int, pending: int, **facts: bool) -> Figures:
    """Those of a worker; the one with more rooms left asked last."""
    stats = {"rankcrawler/snapshots/stored": stored, "rankcrawler/rows/stored": 10 * stored, "downloader/x": 1.5}
    return Figures.of(stats, pending=pending, asked_at=pending, **facts)


def test_the_figures_of_workers_add_up_and_their_queue_counts_once() -> None:
    both = together([figures(3, 10, waiting=True), figures(4, 9)])
    assert both.stats["rankcrawler/snapshots/stored"] == 7
    assert (both.pending, both.recurs, both.waiting) == (10, False, False)
    assert together([]) == Figures({})
    assert together([figures(1, 0, waiting=True)] * 2).waiting


def test_the_line_counts_rooms_rows_and_errors() -> None:
    shown = line(figures(30, 10), 2.0).plain
    assert shown == BAR * 24 + " rooms 30/40  rows 300  150/s  errors 0"
    dead = Figures.of({"rankcrawler/dead/HTTP 404": 2, "rankcrawler/polls/retry": 3}, waiting=True)
    assert line(dead, 1.0, in_unicode=False).plain == "=" * 24 + " rooms 2/2  rows 0  0/s  errors 5  waiting"
    assert isinstance(line(figures(0, 0), 0.0), Text)
