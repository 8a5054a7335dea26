"""What a server says of the queue, and what it changes there: rooms to poll, dead letters, and fresh lists."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rankcrawler.clock import iso
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.serve import freshness
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import plain_http
from tests.builders import entry, failed, polled, snapshot
from tests.options import options
from tests.redis_server import Server, redis_server
from tests.serving import BEIJING, browser, form_token, post, served

ROOM, OTHER = "7269635433430358144", "6994259511469247263"
TOKEN = "s3cret-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
RETRIES: tuple[dict[str, Any], ...] = ({"rooms": [ROOM]}, {"all": True})


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    with redis_server(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def setup(redis: Server, tmp_path: Path) -> Setup:
    """A store without polls, and a queue."""
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    return Setup(address, BEIJING, queue=options(REDIS_URL=redis.url, ROOM_ATTEMPTS=1))


@asynccontextmanager
async def queue_of(setup: Setup) -> AsyncIterator[RoomQueue]:
    assert setup.queue is not None
    async with open_queue(setup.queue, "ranklist") as (queue, _):
        yield queue


async def settled(queue: RoomQueue, outcome: Outcome, reason: str = "") -> list[str]:
    """Lease every room that is due, and end the leases; returns the rooms."""
    grant = await queue.lease("worker", 10, 60_000)
    await queue.settle([Settlement(lease, outcome, 0, reason) for lease in grant.leases])
    return [lease.room_id for lease in grant.leases]


def test_rooms_are_added_once_or_again_and_again_and_those_that_cannot_be_read_are_named(setup: Setup) -> None:
    with served(setup) as url:
        lines = [ROOM, f"https://gateway.test/ranklist?token=x&room_id={OTHER}", "246454278948", "../../etc/passwd"]
        added = plain_http.post(f"{url}/api/v1/rooms", json={"rooms": lines, "every": 60, "priority": 2}).json()
        assert (added["taken"], added["new"]) == (2, 2)
        assert [each["room"] for each in added["unreadable"]] == lines[2:]
        assert "web_rid" in added["unreadable"][0]["problem"]
        again = plain_http.post(f"{url}/api/v1/rooms", json={"rooms": [ROOM]}).json()
        assert (again["taken"], again["new"]) == (1, 0)
        now = plain_http.get(f"{url}/api/v1/fleet").json()
        assert (now["state"], now["ready"], now["recurring"], now["workers"]) == ("run", 2, 2, [])


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"rooms": []}, "rooms"),
        ({"rooms": ["x"]}, "rooms"),
        ({"rooms": [ROOM], "every": 0}, "every"),
        ({"rooms": [ROOM], "every": 60, "every_max": 30}, "every_max"),
        ({"rooms": [ROOM], "often": 60}, "data"),
        ({"rooms": [ROOM], "kind": "gifts"}, "kind"),
    ],
)
def test_rooms_that_make_no_sense_are_refused(setup: Setup, body: dict[str, Any], parameter: str) -> None:
    with served(setup) as url:
        refused = plain_http.post(f"{url}/api/v1/rooms", json=body)
    problem = refused.json()
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json"), problem
    assert parameter in (problem.get("parameter"), "data")


async def test_dead_letters_are_listed_with_their_reasons_and_tried_again(setup: Setup) -> None:
    with served(setup) as url:
        async with queue_of(setup) as queue, aiohttp.ClientSession(f"{url}/api/v1/") as client:
            await client.post("rooms", json={"rooms": [ROOM, OTHER], "anchor_id": "5"})
            assert sorted(await settled(queue, Outcome.DEAD, "gone")) == sorted([ROOM, OTHER])
            listed = await (await client.get("dead-letters?limit=1")).json()
            [row] = listed["rows"]
            assert (row["reason"], row["anchor_id"], row["died_at"][-1]) == ("gone", "5", "Z")
            as_csv = await (await client.get("dead-letters.csv")).text()
            assert as_csv.startswith("room_id,died_at,reason,")
            assert len(as_csv.splitlines()) == 3
            done = await (await client.post("dead-letters/retry", json={"rooms": [ROOM, "77"]})).json()
            assert done == {"ready": 1, "unknown": ["77"]}
            assert await (await client.post("dead-letters/retry", json={"all": True})).json() == {
                "ready": 1,
                "unknown": [],
            }
            neither = await client.post("dead-letters/retry", json={})
            assert (neither.status, (await neither.json())["parameter"]) == (400, "rooms")
            assert sorted(await settled(queue, Outcome.DONE)) == sorted([ROOM, OTHER])


def test_only_who_may_enter_changes_the_queue(setup: Setup) -> None:
    body = {"rooms": [ROOM]}
    with served(replace(setup, token=TOKEN)) as url:
        path = f"{url}/api/v1/rooms"
        assert plain_http.post(path, json=body).status_code == 401
        assert plain_http.post(path, json=body, headers={**BEARER, "Origin": "https://evil.example"}).status_code == 403
        assert plain_http.post(path, json=body, headers=BEARER).json()["taken"] == 1
        with browser(url) as client:
            post(client, "/login", csrf_token=form_token(client), token=TOKEN)
            assert client.post("/api/v1/rooms", json=body).status_code == 403, "a session alone does not do"
            with_token = {"X-CSRF-Token": form_token(client, "/")}
            assert client.post("/api/v1/rooms", json=body, headers=with_token).status_code == 200
    with served(setup) as url:
        assert plain_http.post(f"{url}/api/v1/rooms", json=body).status_code == 200
        foreign = plain_http.post(f"{url}/api/v1/rooms", json=body, headers={"Sec-Fetch-Site": "cross-site"})
        as_form = plain_http.post(
            f"{url}/api/v1/rooms", content=b'{"rooms": ["1"]}', headers={"Content-Type": "text/plain"}
        )
        assert (foreign.status_code, as_form.status_code) == (403, 403)


async def test_nothing_changes_in_the_queue_of_another_gateway_and_what_is_there_is_served(setup: Setup) -> None:
    write(setup, 600, 1)
    async with queue_of(setup) as queue:
        await queue.push([Job(ROOM), Job(OTHER)])
        await settled(queue, Outcome.DEAD, "gone")
        await queue.claim("a.example")
        others = setup.queue and replace(setup.queue, gateway_url="http://gateway.test", gateway_name="b.example")
        with served(replace(setup, queue=others)) as url:
            for path, body in (("rooms", {"rooms": [ROOM]}), *(("dead-letters/retry", each) for each in RETRIES)):
                refused = plain_http.post(f"{url}/api/v1/{path}", json=body)
                assert refused.headers["content-type"] == "application/problem+json", path
                assert "retry-after" not in refused.headers, "to wait does not help"
                problem = refused.json()
                assert (problem["status"], problem["title"], "a.example" in problem["detail"]) == (
                    409,
                    "Conflict",
                    True,
                )
                assert refused.status_code == 409, path
            with browser(url) as client:
                for room in (ROOM, "all"):
                    token = form_token(client, "/rooms/new")
                    refused = post(client, "/fleet/retry", csrf_token=token, room=room)
                    assert (refused.status_code, "belongs to another gateway" in refused.text) == (409, True)
                    assert ("data-retry" in refused.text, "a.example" in refused.text) == (False, True)
            async with aiohttp.ClientSession(url) as client:
                began = time.monotonic()
                assert (await served_list(client, fresh="30"))[0] == 1
                assert time.monotonic() - began < freshness.PATIENCE, "no worker is waited for"
            assert plain_http.get(f"{url}/api/v1/fleet").json()["dead"] == 2, "to look is no change"


def test_a_queue_that_is_away_is_a_problem_and_is_found_again(setup: Setup, redis: Server) -> None:
    with served(setup) as url:
        assert plain_http.get(f"{url}/api/v1/fleet").status_code == 200
        redis.kill()
        for method, path in (("GET", "fleet"), ("GET", "dead-letters"), ("POST", "rooms")):
            away = plain_http.request(
                method, f"{url}/api/v1/{path}", json={"rooms": [ROOM]} if method == "POST" else None
            )
            assert (away.status_code, away.headers["retry-after"]) == (503, "5"), path
            assert str(redis.port) in away.json()["detail"]
        assert plain_http.get(f"{url}/api/v1/rooms").status_code == 200, "the store is there"
        redis.start()
        assert plain_http.post(f"{url}/api/v1/rooms", json={"rooms": [ROOM]}).json()["taken"] == 1


def test_to_look_starts_no_queue(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    with served(Setup(address, BEIJING, queue=options(DATA_DIR=str(tmp_path)))) as url:
        none = plain_http.get(f"{url}/api/v1/fleet")
        assert (none.status_code, "there is no queue at" in none.json()["detail"]) == (503, True)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def write(setup: Setup, age_seconds: float, score: int) -> None:
    """Write a list of ROOM that was polled some seconds ago."""
    at = iso(time.time_ns() // 1_000_000 - round(age_seconds * 1000))
    place = {"captured_at": at, "polled_at": at, "room_id": ROOM}
    store = locate.open_records(setup.store_url)
    store.write([polled(snapshot([entry(1, score=score, **place)], digest=f"{score:032d}", **place))])
    store.close()


async def served_list(client: aiohttp.ClientSession, **parameters: str) -> tuple[int, int]:
    """The score that the documented API serves, and how old its list is."""
    async with client.get("/douyin/liveroom/ranklist", params={"room_id": ROOM, **parameters}) as response:
        body = await response.json()
        return body["data"]["data"]["ranks"][0]["score"], int(response.headers["Age"])


async def test_a_list_that_is_too_old_is_polled_once_for_all_who_wait(setup: Setup) -> None:
    write(setup, 600, 1)
    with served(setup) as url:
        async with queue_of(setup) as queue, aiohttp.ClientSession(url) as client:
            assert await served_list(client, fresh="3600") == (1, 600), "it is young enough"
            asks = [asyncio.create_task(served_list(client, fresh="30")) for _ in range(3)]
            while not (grant := await queue.lease("worker", 10, 60_000)).leases:  # noqa: ASYNC110 — as a worker does
                await asyncio.sleep(0.02)
            assert [lease.room_id for lease in grant.leases] == [ROOM]
            write(setup, 0, 2)
            assert {score for score, _ in await asyncio.gather(*asks)} == {2}
            await queue.settle([Settlement(lease, Outcome.DONE, 0, "") for lease in grant.leases])
            assert (await queue.lease("worker", 10, 60_000)).leases == []


async def test_a_poll_that_fails_or_never_comes_is_answered_with_what_there_is(
    setup: Setup, redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness.Freshness.__init__, "__defaults__", (0.3,))
    write(setup, 600, 1)
    with served(setup) as url:
        async with aiohttp.ClientSession(url) as client:
            began = time.monotonic()
            assert (await served_list(client, fresh="30"))[0] == 1, "no worker comes"
            assert 0.3 <= time.monotonic() - began < 5
            ask = asyncio.create_task(served_list(client, fresh="30"))
            await asyncio.sleep(0.05)
            store = locate.open_records(setup.store_url)
            store.write([polled(failed(room_id=ROOM, polled_at=iso(time.time_ns() // 1_000_000)))])
            store.close()
            assert (await ask)[0] == 1
            redis.kill()
            assert (await served_list(client, fresh="30"))[0] == 1


async def test_who_waits_while_the_server_stops_is_told_so(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    write(setup, 600, 1)
    async with aiohttp.ClientSession() as client, queue_of(setup) as queue:
        async with serve(setup) as url:
            ask = asyncio.create_task(client.get(f"{url}/douyin/liveroom/ranklist?token=x&room_id={ROOM}&fresh=30"))
            while not (await queue.lease("worker", 10, 60_000)).leases:  # noqa: ASYNC110 — until it waits for a worker
                await asyncio.sleep(0.02)
        async with await ask as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
            assert (await response.json())["msg"] == "the server stops"
    assert "Traceback" not in caplog.text


def test_a_page_of_another_site_and_a_reading_server_have_no_room_polled(setup: Setup) -> None:
    write(setup, 600, 1)
    path = f"/douyin/liveroom/ranklist?room_id={ROOM}&fresh=1"
    with served(setup) as url:
        foreign = plain_http.get(url + path, headers={"Sec-Fetch-Site": "cross-site"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, 403)
        hidden = f"{url}/douyin/liveroom/ranklist?room_id={ROOM}&{'a=1&' * 200}fres%68=1"
        assert plain_http.get(hidden, headers={"Origin": "https://evil.example"}).status_code == 403
        wrong = plain_http.get(f"{url}{path}x")
        assert (wrong.status_code, "fresh" in wrong.json()["msg"]) == (400, True)
    with served(replace(setup, is_read_only=True)) as url:
        assert plain_http.get(url + path).status_code == 403
