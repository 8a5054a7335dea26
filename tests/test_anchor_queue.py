"""The queue of anchors: leased by the batch, with a plan and a note for each, fed by files and pushes."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from rankcrawler.model.anchors import State
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.sessions import Followed
from rankcrawler.queue import anchor_job, roster
from rankcrawler.queue.anchor_queue import AnchorQueue, Plan
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]
TTL = 60_000


@pytest.fixture
def anchors(redis: Redis, redis_url: str, runner: asyncio.Runner) -> Iterator[AnchorQueue]:  # noqa: ARG001 — empties it
    """An empty queue of anchors, looked up ten at a time."""
    one = AnchorQueue(queue_client(redis_url), "ranklist:anchors", attempts=3)
    one.batch = 10
    yield one
    runner.run(one.close())


def jobs(*texts: str) -> list[anchor_job.AnchorJob]:
    return [anchor_job.parse(text) for text in texts]


async def leased(queue: RoomQueue, n: int = 50) -> list[Lease]:
    return (await queue.lease("w", n, TTL)).leases


def done(lease: Lease, known: Followed | None = None, delay_ms: int = 0) -> Settlement:
    return Settlement(lease, Outcome.DONE, delay_ms, "" if known is None else known.as_json())


async def test_an_anchor_that_is_added_is_looked_up_now_and_then_at_its_interval(anchors: AnchorQueue) -> None:
    assert await anchors.add(jobs('{"uid": 5, "check_every": 30, "every": 10, "priority": 2}')) == 1
    assert await anchors.add(jobs("uid=5")) == 0
    [lease] = await leased(anchors)
    assert (lease.room_id, lease.schedule.every, lease.was_polled) == ("uid=5", 30.0, False)
    [(plan, known)] = await anchors.known([lease])
    assert (plan, known) == (Plan(Schedule(10.0, None, 2)), Followed())
    await anchors.settle([done(lease)])
    [found] = await anchors.find(["uid=5"])
    assert found is not None
    assert (found.place.state, found.place.due) == ("scheduled", lease.due_ms + 30_000)


async def test_an_anchor_that_says_nothing_is_looked_up_and_polled_every_minute(anchors: AnchorQueue) -> None:
    await anchors.add(jobs("uid=5"))
    [lease] = await leased(anchors)
    assert lease.schedule.every == 60.0
    assert (await anchors.known([lease]))[0][0].schedule == Schedule(60.0)


async def test_pushes_are_taken_in_and_what_names_no_anchor_is_a_dead_letter(anchors: AnchorQueue) -> None:
    redis: Any = anchors.redis
    await redis.lpush(
        "ranklist:anchors", "uid=5", '{"uid": 6, "check_every": 9}', "https://live.douyin.com/7", "nobody"
    )
    await redis.lpush("ranklist:anchors", "7212345678901234567", b"\xff\xfe", "x" * 5000)
    grant = await anchors.lease("w", 50, TTL)
    assert [lease.room_id for lease in grant.leases] == ["uid=5", "uid=6", "web_rid=7"]
    assert grant.unreadable == 4
    letters = [room async for room in roster.rooms(anchors, "dead")]
    assert any("looks like a room_id" in (room.reason or "") for room in letters)
    assert len(letters) == 4
    assert await redis.exists("ranklist:anchors") == 0


@pytest.mark.parametrize("kind", ["set", "zset"])
async def test_the_inbox_may_be_a_set(kind: str, anchors: AnchorQueue) -> None:
    redis: Any = anchors.redis
    if kind == "set":
        await redis.sadd("ranklist:anchors", "uid=5", "uid=6")
    else:
        await redis.zadd("ranklist:anchors", {"uid=5": 1, "uid=6": 2})
    assert {lease.room_id for lease in await leased(anchors)} == {"uid=5", "uid=6"}


async def test_a_note_is_written_under_the_lease_alone(anchors: AnchorQueue) -> None:
    await anchors.add(jobs("uid=5"))
    [lease] = await leased(anchors)
    live = Followed(State.LIVE, 5, room_id="9")
    assert await anchors.note(lease, live)
    assert (await anchors.known([lease]))[0][1] == live
    await anchors.redis.zadd(anchors.key("lease"), {"uid=5": 0})
    [later] = [each for _ in range(2) for each in await leased(anchors)]
    assert later.attempt == 2
    assert not await anchors.note(lease, Followed(State.OFFLINE))
    assert await anchors.settle([done(lease, Followed(State.OFFLINE))]) == [Settled.LOST]
    assert (await anchors.known([later]))[0][1] == live
    assert await anchors.settle([done(later, Followed(State.OFFLINE, 6))]) == [Settled.KEPT]
    assert (await anchors.known([later]))[0][1] == Followed(State.OFFLINE, 6)


async def test_a_call_is_filled_with_anchors_that_are_due_soon(anchors: AnchorQueue) -> None:
    """Twenty-three are due one after the other within their interval: each call still takes ten of them."""
    await anchors.add(jobs(*(f'{{"uid": {uid}, "check_every": 40}}' for uid in range(100, 123))))
    first = await leased(anchors)
    assert len(first) == 23
    await anchors.settle([done(lease, delay_ms=1 + 1500 * place) for place, lease in enumerate(first)])
    await asyncio.sleep(0.01)
    assert [lease.room_id for lease in await leased(anchors)] == [f"uid={uid}" for uid in range(100, 110)]
    assert await leased(anchors) == []


async def test_an_anchor_that_is_due_later_than_half_its_interval_fills_no_call(anchors: AnchorQueue) -> None:
    await anchors.add(jobs('{"uid": 1, "check_every": 2}', '{"uid": 2, "check_every": 2}'))
    one, two = await leased(anchors)
    await anchors.settle([done(one, delay_ms=1), done(two, delay_ms=1900)])
    await asyncio.sleep(0.01)
    assert [lease.room_id for lease in await leased(anchors)] == ["uid=1"]


async def test_an_anchor_that_is_taken_early_keeps_its_interval(anchors: AnchorQueue) -> None:
    await anchors.add(jobs('{"uid": 1, "check_every": 20}', '{"uid": 2, "check_every": 20}'))
    one, two = await leased(anchors)
    await anchors.settle([done(one, delay_ms=1), done(two, delay_ms=5000)])
    await asyncio.sleep(0.01)
    first, second = await leased(anchors)
    await anchors.settle([done(first), done(second)])
    found = await anchors.find(["uid=2"])
    assert found[0] is not None
    now = await anchors.now()
    assert found[0].place.due is not None
    assert 19_000 < found[0].place.due - now <= 20_000


async def test_one_permit_of_the_rate_lets_a_call_for_ten_through(anchors: AnchorQueue) -> None:
    await anchors.control.set_rate(1.0, 2)
    await anchors.add(jobs(*(f"uid={uid}" for uid in range(100, 150))))
    assert len(await leased(anchors)) == 20
    assert await leased(anchors) == []
    await anchors.control.set_rate(0.001, 3)
    await anchors.add(jobs("uid=1"))
    assert len(await leased(anchors, 5)) == 5
    assert len(await leased(anchors, 30)) == 20, "one permit for five, and two for twenty"


async def test_a_limit_of_rooms_in_flight_leaves_a_call_to_the_anchors(anchors: AnchorQueue, redis_url: str) -> None:
    assert await leased(anchors) == []
    rooms = RoomQueue(queue_client(redis_url))
    beside = AnchorQueue(queue_client(redis_url), "ranklist:anchors", others=["ranklist:start_urls"])
    beside.batch = 10
    await rooms.control.set_max_inflight(3)
    await rooms.push([Job(str(room)) for room in range(1, 9)])
    assert len(await leased(rooms)) == 3
    await beside.add(jobs(*(f"uid={uid}" for uid in range(100, 150))))
    assert len(await leased(beside)) == 10
    await rooms.close()
    await beside.close()


async def test_a_paused_anchor_is_marked_and_goes_on_when_it_is_added_again(anchors: AnchorQueue) -> None:
    await anchors.add(jobs('{"uid": 5, "every": 9}'))
    assert await anchors.pause(["uid=5", "uid=6"]) == [True, False]
    [lease] = await leased(anchors)
    assert (await anchors.known([lease]))[0][0] == Plan(Schedule(9.0), is_paused=True)
    await anchors.settle([done(lease)])
    await anchors.add(jobs("uid=5"))
    [lease] = await leased(anchors)
    assert (await anchors.known([lease]))[0][0] == Plan(Schedule(9.0))


async def test_an_anchor_that_is_removed_is_forgotten(anchors: AnchorQueue) -> None:
    redis: Any = anchors.redis
    await anchors.add(jobs("uid=5"))
    [lease] = await leased(anchors)
    await anchors.note(lease, Followed(room_id="9"))
    assert await anchors.remove(["uid=5", "uid=6"]) == [True, False]
    assert await anchors.settle([done(lease, Followed(room_id="9"))]) == [Settled.LOST]
    assert await anchors.find(["uid=5"]) == [None]
    kept = [await redis.hexists(anchors.key(name), "uid=5") for name in ("def", "plan", "note", "own")]
    assert kept == [False] * 4


async def test_rooms_of_a_grant_that_never_arrived_come_back(anchors: AnchorQueue) -> None:
    await anchors.add(jobs("uid=5", "web_rid=6"))
    assert len((await anchors.lease(Call("w", 1, 0), 50, TTL)).leases) == 2
    assert {each.room_id for each in (await anchors.lease(Call("w", 2, 0), 50, TTL)).leases} == {"uid=5", "web_rid=6"}


# The rooms that anchors are live in.


async def test_a_room_that_is_followed_is_retired_and_not_dead_when_it_is_gone(queue: RoomQueue) -> None:
    job = Job("77", "5", Schedule(30.0))
    assert await queue.follow([job]) == 1
    [lease] = await leased(queue)
    assert lease.was_polled
    assert await queue.settle([Settlement(lease, Outcome.DEAD, 0, "gone")]) == [Settled.RETIRED]
    assert await queue.follow([job]) == 1, "it is back"


async def test_to_follow_a_room_again_changes_its_schedule_alone(queue: RoomQueue) -> None:
    await queue.follow([Job("77", None, Schedule(30.0))])
    [lease] = await leased(queue)
    await queue.settle([done(lease)])
    assert await queue.follow([Job("77", None, Schedule(20.0))]) == 0
    [room] = await roster.find(queue, ["77"])
    assert room is not None
    assert (room.state, room.schedule.every) == ("scheduled", 20.0)


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.UNCHANGED, Outcome.DEAD])
async def test_a_concluded_room_is_polled_a_last_time_at_once_and_retired(outcome: Outcome, queue: RoomQueue) -> None:
    await queue.follow([Job("77", None, Schedule(30.0))])
    [lease] = await leased(queue)
    await queue.settle([done(lease)])
    assert await queue.conclude(["77", "78"]) == 1
    [room] = await roster.find(queue, ["77"])
    assert room is not None
    assert (room.state, room.last) == ("ready", "ending")
    [last] = await leased(queue)
    assert (lease.is_last, last.is_last) == (False, True)
    assert (last.schedule.every, last.was_polled) == (None, True)
    assert await queue.settle([Settlement(last, outcome, 0, "gone" if outcome is Outcome.DEAD else "")]) == [
        Settled.RETIRED
    ]
    assert await leased(queue) == []


async def test_of_no_rooms_none_is_polled(queue: RoomQueue) -> None:
    """When all anchors of a call are offline, there is no room to ask about."""
    await queue.follow([Job("77", None, Schedule(30.0))])
    assert await queue.polled([]) == set()
    assert await queue.polled(["76", "77"]) == {"77"}


async def test_the_poll_that_is_under_way_is_the_last(queue: RoomQueue) -> None:
    await queue.follow([Job("77", None, Schedule(30.0))])
    [lease] = await leased(queue)
    assert await queue.conclude(["77"]) == 1
    assert await queue.settle([done(lease)]) == [Settled.RETIRED]


async def test_a_concluded_room_whose_last_poll_fails_for_good_is_retired(queue: RoomQueue) -> None:
    await queue.follow([Job("77", None, Schedule(30.0))])
    await queue.conclude(["77"])
    answers = []
    for _ in range(3):
        [lease] = await leased(queue)
        answers += await queue.settle([Settlement(lease, Outcome.RETRY, 0, "HTTP 500")])
    assert answers == [Settled.KEPT, Settled.KEPT, Settled.RETIRED]


@pytest.mark.parametrize("again", ["follow", "push"])
async def test_a_concluded_room_that_is_back_goes_on(again: str, queue: RoomQueue) -> None:
    job = Job("77", None, Schedule(30.0))
    await queue.follow([job])
    await queue.conclude(["77"])
    await (queue.follow([job]) if again == "follow" else queue.push([job]))
    [lease] = await leased(queue)
    assert await queue.settle([done(lease)]) == [Settled.KEPT]
    [room] = await roster.find(queue, ["77"])
    assert room is not None
    assert (room.state, room.schedule.every) == ("scheduled", 30.0)
