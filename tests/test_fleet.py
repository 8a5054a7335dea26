"""Several workers on one machine, as real processes."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
from scrapy.cmdline import execute
from scrapy.settings import Settings

from rankcrawler.backoff import Backoff
from rankcrawler.fleet import Fleet
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import Gateway
from rankcrawler.simulator.world import World
from tests.crawls import crawling, until
from tests.gateways import FORKS, environment, run, simulated
from tests.parsed_commands import parsed
from tests.warm import Files, Process

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(60)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))


def polled(data: Path) -> list[tuple[str, int]]:
    database = sqlite3.connect(data / "ranks.db")
    try:
        rooms = "SELECT room_id, count(*) FROM _snapshots JOIN _rooms USING (room_key) GROUP BY 1 ORDER BY 1"
        return database.execute(rooms).fetchall()
    finally:
        database.close()


def workers_of(fleet: Process) -> list[int]:
    children = subprocess.run(["pgrep", "-P", str(fleet.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in children.stdout.split()]


def test_three_workers_poll_every_room_once(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=0.4)) as gateway:
        env = environment(gateway, tmp_path)
        done = run("fleet", "--workers", "3", "-s", "CONCURRENT_REQUESTS=4", "-a", f"rooms={','.join(ROOMS)}", env=env)
        asked = gateway.ledger.outcomes["ok"]
    assert done.returncode == 0, done.stderr
    assert polled(tmp_path) == [(room, 1) for room in ROOMS]
    assert asked == len(ROOMS)
    assert len([line for line in done.stderr.splitlines() if line.startswith("Lists: 0")]) == 0, "one had no work"


def test_a_killed_worker_is_restarted_and_no_room_is_lost(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=0.3)) as gateway:
        env = environment(gateway, tmp_path)
        command = [sys.executable, "-m", "rankcrawler", "fleet", "--workers", "2", "-s", "LEASE_SECONDS=2"]
        with subprocess.Popen(
            [*command, "-a", f"rooms={','.join(ROOMS)}"], env=env, stderr=subprocess.PIPE, text=True
        ) as fleet:
            while gateway.ledger.outcomes.total() < 20:
                time.sleep(0.01)
            os.kill(workers_of(fleet)[-1], signal.SIGKILL)
            _, log = fleet.communicate(timeout=60)
    assert re.search(r"Worker \d was killed by signal 9; restarting it in", log)
    assert "Fleet: 1 restart; the last 0.25 s of the worker that died are missing above" in log
    assert fleet.returncode == 0, log
    assert polled(tmp_path) == [(room, 1) for room in ROOMS]


def test_sigterm_is_passed_on_and_waited_for(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        command = [sys.executable, "-m", "rankcrawler", "fleet", "--workers", "2"]
        with subprocess.Popen(command, env=environment(gateway, tmp_path), stderr=subprocess.PIPE, text=True) as fleet:
            assert fleet.stderr is not None
            leasing = islice((line for line in fleet.stderr if "Leasing from" in line), 2)
            assert len(list(leasing)) == 2
            workers = workers_of(fleet)
            fleet.send_signal(signal.SIGTERM)
            _, log = fleet.communicate(timeout=20)
    assert fleet.returncode == 0, log
    assert len(workers) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_wrong_setting_is_reported_before_anything_starts(tmp_path: Path) -> None:
    done = run("fleet", env=environment(None, tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("rankcrawler: GATEWAY_URL is not set")


def test_a_final_status_is_the_fleets_and_others_cause_a_restart(tmp_path: Path) -> None:
    once = tmp_path / "once"
    script = f"import pathlib, sys; p = pathlib.Path({str(once)!r}); sys.exit(1 if p.exists() else (p.touch(), 7)[1])"

    async def run_fleet() -> tuple[int, int]:
        fleet = Fleet([[sys.executable, "-c", script]], final=frozenset({0, 1}), backoff=Backoff(0.01, 0.01))
        return await fleet.run(), fleet.restarts

    assert asyncio.run(run_fleet()) == (1, 1)


def test_a_bad_room_is_reported_and_fails_the_run_and_the_others_are_polled(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        done = run("fleet", "--workers", "2", "-a", f"rooms={ROOMS[0]},abc", env=environment(gateway, tmp_path))
    assert done.returncode == 1
    assert "rooms: expected a room id" in done.stderr
    assert polled(tmp_path) == [(ROOMS[0], 1)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--workers", "0"], "--workers: expected a whole number of at least 1, not '0'"),
        (["-a", "token=x"], "the -a arguments are rooms, anchors, kind"),
        (["ranklist"], "unrecognized arguments: ranklist"),
    ],
)
def test_a_mistake_is_a_usage_error(capsys: pytest.CaptureFixture[str], words: list[str], expected: str) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(["rankcrawler", "fleet", *words], Settings({"COMMANDS_MODULE": "rankcrawler.commands.entry"}))
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err


def test_the_arguments_of_a_crawl_are_read() -> None:
    given = parsed("fleet", "--workers", "3", "-a", "rooms=1,2", "-a", "kind=audience")
    assert (given.workers, given.arguments) == (3, {"rooms": "1,2", "kind": "audience"})


def started(tmp_path: Path, gateway: Gateway, *before: str) -> Process:
    """A fleet of two whose workers have begun to lease."""
    words, env = ("fleet", "--workers", "2"), environment(gateway, tmp_path)
    log = tmp_path / "log"
    log.touch()
    fleet: Process
    if before:
        with log.open("w") as file:
            fleet = subprocess.Popen([*before, sys.executable, "-m", "rankcrawler", *words], env=env, stderr=file)
    else:
        fleet = FORKS.start(words, env, Path.cwd(), Files(stderr=str(log)))
    until(lambda: log.read_text().count("Leasing from") == 2)
    return fleet


def test_the_workers_of_a_fleet_that_is_killed_end_by_themselves_and_give_their_rooms_back(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(latency=1.0)) as gateway:
        fleet = started(tmp_path, gateway)
        workers = workers_of(fleet)
        fleet.kill()
        fleet.wait(10)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 15)
    assert len(workers) == 2
    assert (tmp_path / "log").read_text().count("Received SIGTERM") == 2


def test_a_terminal_that_is_closed_stops_a_fleet_as_sigterm_does(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        fleet = started(tmp_path, gateway)
        workers = workers_of(fleet)
        fleet.send_signal(signal.SIGHUP)
        assert fleet.wait(20) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_fleet_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        fleet = started(tmp_path, gateway, "nohup")
        fleet.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            fleet.wait(1)
        fleet.send_signal(signal.SIGTERM)
        assert fleet.wait(20) == 0


def test_a_terminal_that_is_closed_stops_a_crawl_as_sigterm_does(tmp_path: Path) -> None:
    with (
        simulated(WORLD, faults=Faults(latency=0.5)) as gateway,
        crawling(gateway, tmp_path, {}, "-a", f"rooms={','.join(ROOMS)}") as crawl,
    ):
        until(lambda: gateway.ledger.outcomes.total() >= 4)
        crawl.send(signal.SIGHUP)
        crawl.end()
        assert "Received SIGTERM" in crawl.log
        assert "could not be settled" not in crawl.log
