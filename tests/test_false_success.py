"""A run that lost or failed anything says so and exits non-zero; one that came through trouble whole exits 0."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler.simulator.faults import FaultKind
from rankcrawler.store import locate
from tests.gateways import TOKEN, Finished, environment, run
from tests.misbehaviour import ECHOES, GONE, RETRIED, STOPPING, Kind
from tests.scripted import Asked, ranks, refusal, scripted

ROOM, OTHER = "6994259511469247263", "6994259511469247264"
LIMITS = ("-s", "DOWNLOAD_TIMEOUT=1", "-s", "DOWNLOAD_MAXSIZE=100000")


async def good(_asked: Asked) -> web.StreamResponse:
    return ranks()


def crawled(folder: Path, kind: Kind, *options: str, command: tuple[str, ...] = ("crawl", "ranklist")) -> Finished:
    """A run whose first room gets this kind of answer, and whose second a good one."""

    async def answer(asked: Asked) -> web.StreamResponse:
        return await (kind if asked.room_id == ROOM else good)(asked)

    with scripted(answer) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1"}
        env = environment(None, folder / "data", ours)
        return run(*command, "-a", f"rooms={ROOM},{OTHER}", *LIMITS, *options, env=env)


def failures(done: Finished) -> list[str]:
    """What a run says of itself in the end."""
    return [line for line in done.stderr.splitlines() if line.startswith("Failed: ")]


@pytest.mark.parametrize("name", [*RETRIED, *GONE])
def test_a_room_that_was_lost_to_a_fault_fails_the_run(tmp_path: Path, name: str) -> None:
    done = crawled(tmp_path, (RETRIED | GONE)[name])
    assert done.returncode == 1
    assert failures(done) == ["Failed: 1 room is dead: fix the cause, then push it again"], done.stderr
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in done.stderr
    assert "Rooms: 1 dead" in done.stderr


@pytest.mark.parametrize("name", STOPPING)
def test_a_token_that_was_refused_fails_the_run(tmp_path: Path, name: str) -> None:
    done = crawled(tmp_path, STOPPING[name])
    assert done.returncode == 3
    assert "Failed: 1 token was refused and set aside: replace or remove it" in failures(done)


def test_a_row_that_could_not_be_read_fails_the_run(tmp_path: Path) -> None:
    done = crawled(tmp_path, ECHOES["bad_row"])
    assert done.returncode == 1
    assert failures(done) == ["Failed: 2 rows could not be read and are in quarantine; the other rows are stored"]


async def slow(asked: Asked) -> web.StreamResponse:
    return refusal(429, retry_after="1") if asked.number < 2 else ranks()


def test_a_run_that_was_held_and_lost_nothing_is_a_success(tmp_path: Path) -> None:
    done = crawled(tmp_path, slow)
    assert (done.returncode, failures(done)) == (0, []), done.stderr
    assert "Lists: 2 stored" in done.stderr


LOGGED = "1 unexpected error: see the traceback in the log"
LOGGED_TWICE = "2 unexpected errors: see the tracebacks in the log"


@pytest.mark.parametrize(
    ("setting", "defect", "told"),
    [
        ("ITEM_PIPELINES", "RaisingPipeline", LOGGED_TWICE),
        ("EXTENSIONS", "RaisingLate", LOGGED_TWICE),
        ("EXTENSIONS", "RaisingAtTheEnd", LOGGED),
        ("SPIDER_MIDDLEWARES", "RaisingSpiderMiddleware", LOGGED_TWICE),
        ("SPIDER_MIDDLEWARES", "RaisingAtTheStart", "the crawl ended early: start_error"),
    ],
)
def test_an_exception_that_scrapy_logs_and_forgets_fails_the_run(
    tmp_path: Path, setting: str, defect: str, told: str
) -> None:
    done = crawled(tmp_path, good, "-s", f"{setting}={json.dumps({f'tests.defects.{defect}': 1})}")
    assert done.returncode == 1
    assert told in "".join(failures(done)), done.stderr
    assert "a defect " in done.stderr


NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")


@NEEDS_FULL
@pytest.mark.parametrize(
    "options", [("-O", "/dev/full:jsonl"), ("-o", "/dev/full:csv"), ("-O", "/dev/full:xml")], ids=str
)
def test_a_feed_that_is_not_whole_fails_the_run(tmp_path: Path, options: tuple[str, str]) -> None:
    done = crawled(tmp_path, good, *options)
    assert done.returncode == 1, done.stderr
    assert "the feeds are incomplete, the store is complete" in "".join(failures(done)), done.stderr
    assert "Lists: 2 stored" in done.stderr


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (RETRIED["html_page"], 1, "1 room is dead: fix the cause, then push it again"),
        (ECHOES["bad_row"], 1, "2 rows could not be read and are in quarantine; the other rows are stored"),
        (STOPPING["unauthorized"], 3, "1 token was refused and set aside: replace or remove it"),
    ],
    ids=["a room", "rows", "the token"],
)
def test_a_fleet_whose_workers_lost_anything_fails(tmp_path: Path, kind: Kind, status: int, told: str) -> None:
    done = crawled(tmp_path, kind, "--workers", "2", command=("fleet",))
    assert done.returncode == status
    assert f"Failed: {told}" in failures(done), done.stderr


def test_every_fault_of_the_simulated_gateway_is_among_those_that_are_tried() -> None:
    tried = {
        *RETRIED,
        "too_many_requests",
        "bad_rows",
    }  # which are a run that was held, and a row that could not be read
    assert {str(kind) for kind in FaultKind} - tried == set()


REFUSING = """CREATE TRIGGER refuse BEFORE INSERT ON _polls
    WHEN (SELECT room_id FROM _rooms WHERE room_key = NEW.room_key) = '6994259511469247263'
    BEGIN SELECT RAISE(ABORT, 'not this one'); END"""
COMMANDS = pytest.mark.parametrize("command", [("crawl", "ranklist"), ("fleet", "--workers", "1")], ids=" ".join)


def spoil(folder: Path, statement: str) -> None:
    """Make the store that a run in this folder uses, and do something to it."""
    (folder / "data").mkdir()
    locate.open_store(f"sqlite:///{folder}/data/ranks.db").close()
    with closing(sqlite3.connect(folder / "data" / "ranks.db")) as database:
        database.execute(statement)


@COMMANDS
def test_a_poll_that_the_store_refuses_fails_the_run_and_harms_no_other(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    spoil(tmp_path, REFUSING)
    done = crawled(tmp_path, good, command=command)
    assert done.returncode == 1
    assert failures(done) == [
        "Failed: 1 room is dead: fix the cause, then push it again",
        "Failed: 1 poll could not be stored, and is made again: see the log",
    ], done.stderr
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in done.stderr
    assert "Rooms: 1 dead" in done.stderr
    assert "Dead:  1 × RefusedByStore: the SQLite store refuses a poll: not this one" in done.stderr


@COMMANDS
def test_a_store_that_fails_ends_the_run_as_failed(tmp_path: Path, command: tuple[str, ...]) -> None:
    spoil(tmp_path, "DROP TABLE _polls")
    done = crawled(tmp_path, good, command=command)
    assert done.returncode == 1
    told = "Failed: the store failed; the rooms wait in the queue for the next crawl"
    assert told in failures(done), done.stderr
    assert "Lists: 0 stored" in done.stderr


def test_a_fleet_that_lost_nothing_is_a_success(tmp_path: Path) -> None:
    done = crawled(tmp_path, good, "--workers", "2", command=("fleet",))
    assert (done.returncode, failures(done)) == (0, []), done.stderr


@COMMANDS
def test_rooms_that_could_not_be_read_fail_the_run(tmp_path: Path, command: tuple[str, ...]) -> None:
    with scripted(good) as gateway:
        env = environment(None, tmp_path / "data", {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN})
        done = run(*command, "-a", f"rooms={ROOM},nonsense", env=env)
    assert done.returncode == 1
    assert "expected a room id" in done.stderr
