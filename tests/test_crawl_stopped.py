"""Crawls that are stopped at every moment: what they say, and their exit status."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.gateways import FORKS, environment

NOWHERE = {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": "x", "ROOM_ATTEMPTS": "1", "ROOM_BACKOFF": "0"}
ROOM = "6994259511469247263"


def stopped_at(words: str, tmp_path: Path, *options: str) -> tuple[int, str]:
    """The exit status and the log of a crawl that gets Ctrl-C when it has logged these words."""
    env = environment(None, tmp_path, NOWHERE | {"PYTHONWARNINGS": "error,ignore::ResourceWarning"})
    command = [*FORKS.program(env), "crawl", "ranklist", *options]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as crawl:
        assert crawl.stderr is not None
        log = []
        for line in crawl.stderr:
            log.append(line)
            if words in line:
                crawl.send_signal(signal.SIGINT)
                break
        log += crawl.stderr.readlines()
        return crawl.wait(30), "".join(log)


@pytest.mark.parametrize("moment", ["is dead after attempt 1", "Closing spider"])
def test_a_crawl_that_is_stopped_while_it_ends_still_tells_of_its_dead_room(tmp_path: Path, moment: str) -> None:
    status, log = stopped_at(moment, tmp_path, "-a", f"rooms={ROOM}")
    assert "Received SIGINT" in log
    assert "Failed: 1 room is dead" in log
    assert status == 1


@pytest.mark.parametrize("moment", ["Crawled 0 pages", "Leasing from"])
def test_a_crawl_that_is_stopped_before_it_has_polled_its_rooms_failed(tmp_path: Path, moment: str) -> None:
    status, log = stopped_at(moment, tmp_path, "-a", f"rooms={ROOM}", "-s", "CONCURRENT_REQUESTS=1")
    assert status == 1
    assert "Failed: " in log
    assert "Traceback (most recent call last)" not in log


@pytest.mark.parametrize("moment", ["Crawled 0 pages", "Leasing from"])
def test_a_crawl_that_waits_for_rooms_may_be_stopped_at_any_moment(tmp_path: Path, moment: str) -> None:
    status, log = stopped_at(moment, tmp_path)
    assert (status, "Failed" in log) == (0, False), log
