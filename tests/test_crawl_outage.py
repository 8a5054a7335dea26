"""A gateway that is down as a whole, in real crawls: it kills no room, and is asked little."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from aiohttp import web

from tests.gateways import TOKEN, environment, run
from tests.scripted import Asked, ranks, refusal, scripted

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(300)]


def crawl(url: str, folder: Path, rooms: list[str], **extra: str) -> tuple[int, str]:
    (folder / "rooms.txt").write_text("\n".join(rooms))
    env = environment(None, folder / "data", {"GATEWAY_URL": url, "GATEWAY_TOKEN": TOKEN} | extra)
    done = run("crawl", "ranklist", "-a", f"rooms={folder / 'rooms.txt'}", env=env)
    return done.returncode, done.stderr


def stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "ranks.db")) as database:
        return int(database.execute("SELECT count(*) FROM _snapshots").fetchone()[0])


def test_an_outage_kills_no_room_and_retries_stay_a_small_share_of_the_requests(tmp_path: Path) -> None:
    down = range(100, 130)

    async def answer(asked: Asked) -> web.Response:
        return refusal(503) if asked.number in down else ranks()

    with scripted(answer) as gateway:
        status, log = crawl(gateway.url, tmp_path, ROOMS, ROOM_ATTEMPTS="2", ROOM_BACKOFF_MAX="0.1")
    assert status == 0, log
    assert stored(tmp_path) == len(ROOMS)
    assert "The gateway is down; polling one room now and then until it is back: HTTP 503" in log
    assert "The gateway answers again, after " in log
    assert len(gateway.asked) == len(ROOMS) + len(down)


def test_a_gateway_that_stays_down_ends_the_crawl_and_every_room_stays_in_the_queue(tmp_path: Path) -> None:
    async def answer(_asked: Asked) -> web.Response:
        return refusal(502)

    with scripted(answer) as gateway:
        status, log = crawl(gateway.url, tmp_path, ROOMS, GATEWAY_PATIENCE="1", ROOM_BACKOFF="0.2")
        asked = len(gateway.asked)
    assert status == 1, log
    assert "Gave up: the gateway has been down for 1 s" in log
    assert "Lists: 0 stored, 0 unchanged, 0 empty\n" in log
    assert "Rooms: 0 dead" in log
    assert asked < len(ROOMS) / 4, "the first few, those under way, and the probes"
    figures = run("rooms", "status", "--json", env=environment(None, tmp_path / "data"))
    depth = json.loads(figures.stdout)["depth"]
    assert depth["ready"] + depth["scheduled"] == len(ROOMS), depth


def test_one_room_that_the_gateway_fails_dies_of_its_attempts_and_the_others_are_stored(tmp_path: Path) -> None:
    async def answer(asked: Asked) -> web.Response:
        return refusal(500) if asked.room_id == ROOMS[0] else ranks()

    with scripted(answer) as gateway:
        status, log = crawl(gateway.url, tmp_path, ROOMS[:40], ROOM_ATTEMPTS="3")
    assert status == 1
    assert stored(tmp_path) == 39
    assert f"Room {ROOMS[0]} is dead after attempt 3: HTTP 500, code 500" in log
    assert len(gateway.asked) == 39 + 3
