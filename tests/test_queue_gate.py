"""The gate that the queues of all kinds share: holds, stops, pauses, the rate and the rooms in flight."""

import asyncio
from collections.abc import Iterator

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.status import status
from tests.queued import GATE, HOUR, INBOX, LONG, ROOM, assert_flow, key, lease_one, leased_ids, settle, takings
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]
AUDIENCE = "audience:start_urls"


@pytest.fixture
def lists(redis: Redis, redis_url: str, runner: asyncio.Runner) -> Iterator[RoomQueue]:  # noqa: ARG001 — empties it
    """The queue of rank lists, beside that of audiences."""
    one = RoomQueue(queue_client(redis_url), INBOX, others=[AUDIENCE])
    yield one
    runner.run(one.close())


@pytest.fixture
def audiences(redis: Redis, redis_url: str, runner: asyncio.Runner) -> Iterator[RoomQueue]:  # noqa: ARG001 — same
    """The queue of audiences, beside that of rank lists."""
    one = RoomQueue(queue_client(redis_url), AUDIENCE, others=[INBOX])
    yield one
    runner.run(one.close())


async def push(queue: RoomQueue, count: int) -> None:
    await queue.push(Job(str(room)) for room in range(1, count + 1))


@pytest.mark.parametrize("state", ["held", "paused", "stopped"])
async def test_what_keeps_one_kind_from_being_leased_keeps_all(
    lists: RoomQueue, audiences: RoomQueue, state: str
) -> None:
    await push(audiences, 3)
    if state == "held":
        await lists.control.hold(HOUR)
    elif state == "paused":
        await lists.control.pause()
    else:
        await lists.control.stop("the token is refused")
    grant = await audiences.lease("w", 10, LONG)
    assert (grant.leases, grant.state) == ([], state)
    assert grant.reason == ("the token is refused" if state == "stopped" else "")
    assert (await status(audiences)).state == state
    await audiences.control.resume()
    assert (await lists.lease("w", 10, LONG)).state == "run"
    assert len(await leased_ids(audiences)) == 3


async def test_a_hold_of_one_kind_is_over_for_all_at_once(lists: RoomQueue, audiences: RoomQueue) -> None:
    await push(audiences, 1)
    await lists.control.hold(150)
    grant = await audiences.lease("w", 10, LONG)
    assert 0 < grant.wait_ms <= 150
    await asyncio.sleep(grant.wait_ms / 1000 + 0.01)
    assert await leased_ids(audiences) == ["1"]


async def test_the_kinds_share_one_rate(lists: RoomQueue, audiences: RoomQueue) -> None:
    for queue in (lists, audiences):
        await push(queue, 500)
    await lists.control.set_rate(50.0, burst=5)
    assert_flow(await takings(lists, audiences, seconds=1), 50.0, burst=5)


async def test_a_kind_with_nothing_to_poll_uses_up_no_permits_of_the_other(
    lists: RoomQueue, audiences: RoomQueue
) -> None:
    await push(audiences, 10)
    await lists.control.set_rate(1e-4, burst=4)
    for _ in range(10):
        assert (await lists.lease("w", 16, LONG)).state == "run"
    assert len(await leased_ids(audiences)) == 4
    assert (await audiences.lease("w", 16, LONG)).state == "rate"


async def test_the_kinds_share_the_number_of_rooms_in_flight(lists: RoomQueue, audiences: RoomQueue) -> None:
    for queue in (lists, audiences):
        await push(queue, 10)
    await audiences.control.set_max_inflight(5)
    leases = (await lists.lease("w", 3, LONG)).leases
    grant = await audiences.lease("w", 10, LONG)
    assert (len(grant.leases), grant.state) == (2, "full")
    assert (await lists.lease("w", 10, LONG)).state == "full"
    await settle(lists, leases[0], Outcome.DONE)
    assert len(await leased_ids(audiences)) == 1


async def test_a_resumption_wakes_the_workers_of_all_kinds(lists: RoomQueue, audiences: RoomQueue) -> None:
    await lists.control.pause()
    rung = asyncio.Event()
    listening = asyncio.create_task(audiences.hear(rung.set))
    await asyncio.wait_for(rung.wait(), 5)  # it listens
    await asyncio.sleep(0.2)
    rung.clear()
    await lists.control.resume()
    await asyncio.wait_for(rung.wait(), 5)
    listening.cancel()


async def test_knobs_of_a_queue_that_had_its_own_are_taken_over_once(redis: Redis, redis_url: str) -> None:
    redis.hset(key("ctl"), mapping={"token": "5", "rate": "4", "burst": "3", "paused": "1"})
    for expected in ("paused", "run"):
        queue = RoomQueue(queue_client(redis_url))
        await queue.push([Job(ROOM)])
        assert (await queue.lease("w", 0, LONG)).state == expected
        assert (await status(queue)).rate == 4.0
        await queue.control.resume()
        await queue.close()
    assert redis.hget(key("ctl"), "paused") == "1", "workers of the version before still read it"


async def test_knobs_that_are_set_go_before_those_of_a_queue_that_had_its_own(redis: Redis, redis_url: str) -> None:
    redis.hset(GATE, "rate", "9")
    redis.hset(key("ctl"), mapping={"rate": "4", "burst": "3"})
    queue = RoomQueue(queue_client(redis_url))
    await queue.push([Job(ROOM)])
    await lease_one(queue)
    now = await status(queue)
    assert (now.rate, now.burst) == (9.0, 3)
    await queue.close()
