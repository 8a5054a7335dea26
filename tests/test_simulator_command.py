"""`scrapy simulate`, as a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World

ROOM = "6994259511469247263"
SEEDS = Path(__file__).parent.parent / "seeds" / "rooms.jsonl"


def command(*options: str, token: str = "") -> subprocess.Popen[str]:
    """Start the command outside any project."""
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "simulate", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "SCRAPY_SETTINGS_MODULE": "", "GATEWAY_TOKEN": token},
    )


@contextmanager
def running(*options: str, token: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port and read its address; afterwards it has ended."""
    with command("--port", "0", *options, token=token) as process:
        try:
            assert process.stdout is not None
            name, _, url = process.stdout.readline().strip().partition("=")
            assert name == "GATEWAY_URL"
            yield process, url
        finally:
            process.kill()


def output_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for the end; return what was not read yet of the two outputs."""
    assert process.stdout is not None
    assert process.stderr is not None
    process.wait(timeout=10)
    return process.stdout.read(), process.stderr.read()


def ranklist(url: str, token: str) -> bytes:
    """Ask for the documented room's list."""
    with urlopen(f"{url}/douyin/liveroom/ranklist?token={token}&room_id={ROOM}", timeout=10) as reply:  # noqa: S310
        body = reply.read()
    assert isinstance(body, bytes)
    return body


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(number: signal.Signals) -> None:
    """The address comes first, then the token and what to try; a signal ends it with status 0."""
    with running("--at", "2026-01-01") as (process, url):
        answer = json.loads(ranklist(url, "simulator"))
        process.send_signal(number)
        rest, errors = output_of(process)
        assert answer["data"]["extra"]["now"] == 1_767_225_600_000
        assert rest.startswith("GATEWAY_TOKEN=simulator\n")
        assert re.search(rf"rankcrawler'? rank {ROOM}", rest)  # a path with a space is quoted
        assert (process.returncode, errors) == (0, "")


def test_a_token_of_the_environment_is_used_and_not_shown() -> None:
    """The simulator's own then opens nothing."""
    with running(token="s3cret") as (process, url):
        assert ranklist(url, "s3cret")
        with pytest.raises(HTTPError, match="401") as refused:
            ranklist(url, "simulator")
        refused.value.close()
        process.terminate()
        rest, errors = output_of(process)
        assert "environment variable GATEWAY_TOKEN" in rest
        assert "GATEWAY_TOKEN=" not in rest
        assert "s3cret" not in rest + errors
        assert process.returncode == 0


def test_it_stops_by_itself_after_so_many_seconds() -> None:
    """With status 0."""
    started = time.monotonic()
    with running("--seconds", "0.1") as (process, _):
        assert process.wait(timeout=10) == 0
    assert time.monotonic() - started < 10


def test_a_port_in_use_is_reported_in_one_line() -> None:
    """With status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        output, errors = (process := command("--port", port)).communicate(timeout=10)
    assert (process.returncode, output) == (1, "")
    assert errors.count("\n") == 1
    assert "in use" in errors


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--faults", "nonsense"), "--faults: faults must be among"),
        (("--at", "noon"), "--at: expected ms since 1970 or an ISO 8601"),
        (("--fault-rate", "2"), "--fault-rate: expected a number from 0 to 1, not '2'"),
        (("--port", "65536"), "--port: expected a whole number from 0 to 65535"),
        (("what",), "unrecognized arguments: what"),
    ],
)
def test_an_option_that_cannot_be_is_a_usage_error(options: tuple[str, ...], expected: str) -> None:
    """With status 2, a line that says what was expected, and no traceback."""
    with command(*options) as process:
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert expected in errors
    assert "Traceback (most recent" not in errors


def test_a_setting_that_cannot_be_used_is_one_line() -> None:
    """With status 1."""
    with command("-s", "ROOM_ATTEMPTS=0") as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("rankcrawler: ROOM_ATTEMPTS must be")


def test_the_seed_rooms_are_of_every_kind_but_ended() -> None:
    """A crawl of them in the default world meets the odd kinds and finds every room."""
    jobs = [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]
    kinds = {World().scenario(job["room_id"]) for job in jobs}
    assert len({job["room_id"] for job in jobs}) == 30
    assert jobs[0]["room_id"] == ROOM
    assert kinds == set(Scenario) - {Scenario.ENDED}
    assert all(job.keys() <= {"room_id", "anchor_id"} for job in jobs)


def test_another_gateway_is_simulated_by_the_name_of_its_profile() -> None:
    """What it prints is what a crawl needs; Scrapy's option of the same name is not in the way."""
    with running("--profile", "tikhub-tiktok", "--seconds", "1") as (process, url):
        said, _ = output_of(process)
    assert said.startswith("GATEWAY_PROFILE=tikhub-tiktok\nGATEWAY_TOKEN=simulator\n")
    settings = f"GATEWAY_URL={url} GATEWAY_PROFILE=tikhub-tiktok GATEWAY_TOKEN=simulator"
    assert re.search(rf"  {settings} .*rankcrawler'? rank {ROOM} --anchor \d", said)


def test_a_profile_that_cannot_be_simulated_is_refused() -> None:
    """The profiles that can are named."""
    with command("--profile", "nonsense") as process:
        _, said = output_of(process)
    assert "titodata" in said
    assert "tikhub-tiktok" in said
