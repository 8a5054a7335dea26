"""Recurring rooms: their phase, their adapting interval, and their end."""

import asyncio

import pytest
from redis import Redis

from rankcrawler.queue import roster
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Depth, Outcome, Settled
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.status import status
from tests.queued import (
    ANCHOR,
    HOUR,
    LONG,
    MINUTE,
    ROOM,
    due_of,
    expire,
    job,
    key,
    lease_one,
    letter,
    place_of,
    schedule,
    server_now,
    settle,
)

SERVERS = ["single", "cluster"]


# Recurring rooms


@pytest.mark.parametrize(("late_ms", "ticks"), [(0, 1), (59_000, 1), (61_000, 2), (600_500, 11)])
async def test_a_recurring_room_keeps_its_phase_and_its_missed_ticks_are_counted(
    queue: RoomQueue, redis: Redis, late_ms: int, ticks: int
) -> None:
    await queue.push([job(ROOM, every=60.0)])
    due = server_now(redis) - late_ms
    schedule(redis, ROOM, due)
    lease = await lease_one(queue)
    assert lease.due_ms == due
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT
    assert due_of(redis, ROOM) == due + ticks * MINUTE
    assert int(redis.hget(key("st"), "missed") or 0) == ticks - 1


@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.DEFER])
async def test_a_poll_that_was_put_off_does_not_move_the_phase(
    queue: RoomQueue, redis: Redis, outcome: Outcome
) -> None:
    await queue.push([job(ROOM, every=60.0)])
    due = server_now(redis) - 130_000
    schedule(redis, ROOM, due)
    for late_ms in (90_000, 61_000):
        await settle(queue, await lease_one(queue), outcome, 5000)
        schedule(redis, ROOM, server_now(redis) - late_ms)
    lease = await lease_one(queue)
    assert lease.due_ms > due
    await settle(queue, lease, Outcome.DONE)
    assert due_of(redis, ROOM) == due + 3 * MINUTE
    assert redis.hget(key("st"), "missed") == "2"


async def test_an_expired_lease_does_not_move_the_phase(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    first = await lease_one(queue)
    expire(redis, first)
    await asyncio.sleep(0.005)
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert due_of(redis, ROOM) == first.due_ms + MINUTE


async def test_a_room_is_not_leased_before_it_is_due(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    schedule(redis, ROOM, server_now(redis) + 5000)
    grant = await queue.lease("w", 10, LONG)
    assert grant.leases == []
    assert 4000 < grant.wait_ms <= 5000


async def test_an_interval_of_zero_makes_a_recurring_room_a_one_shot(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    await queue.push([job(ROOM, every=0.0)])
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert place_of(redis, ROOM) == ""
    assert redis.hlen(key("def")) == 0


async def test_what_a_push_leaves_out_stays_as_it_was(queue: RoomQueue) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, priority=3)])
    await queue.push([job(ROOM, every=30.0)])
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.schedule.every) == (ANCHOR, 30.0)


async def interval_after(queue: RoomQueue, redis: Redis, outcome: Outcome) -> int:
    """Poll the room when it is due; the ms until it is due again."""
    now = server_now(redis)
    if place_of(redis, ROOM) == "sched":
        schedule(redis, ROOM, now)
    lease = await lease_one(queue)
    await settle(queue, lease, outcome)
    return due_of(redis, ROOM) - lease.due_ms


async def test_a_room_that_adapts_is_polled_more_rarely_while_its_list_stays_and_more_often_when_it_moves(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, every=60.0, every_max=500.0)])
    same = [await interval_after(queue, redis, Outcome.UNCHANGED) // MINUTE for _ in range(6)]
    assert same == [2, 3, 5, 8, 8, 8]  # and not 12, which is above 500 s
    moved = [await interval_after(queue, redis, Outcome.DONE) // MINUTE for _ in range(5)]
    assert moved == [4, 2, 1, 1, 1]
    assert redis.exists(key("pace")) == 0
    assert (redis.hget(key("st"), "done"), redis.hget(key("st"), "unchanged")) == ("11", "6")


async def test_a_room_that_adapts_keeps_its_phase_and_misses_only_polls_it_would_have_had(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, every=60.0, every_max=500.0)])
    due = server_now(redis) - 5 * MINUTE - 1000
    schedule(redis, ROOM, due)
    await settle(queue, await lease_one(queue), Outcome.UNCHANGED)
    assert due_of(redis, ROOM) == due + 6 * MINUTE
    assert redis.hget(key("st"), "missed") == "2"


async def test_a_room_that_does_not_adapt_keeps_its_interval(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    assert {await interval_after(queue, redis, Outcome.UNCHANGED) for _ in range(4)} == {MINUTE}
    assert redis.exists(key("pace")) == 0


@pytest.mark.parametrize("change", [job(ROOM, every=30.0), job(ROOM, every_max=600.0), job(ROOM, every_max=0.0)])
async def test_a_new_interval_begins_anew(queue: RoomQueue, redis: Redis, change: Job) -> None:
    await queue.push([job(ROOM, every=60.0, every_max=500.0)])
    await interval_after(queue, redis, Outcome.UNCHANGED)
    await queue.push([change])
    assert redis.exists(key("pace")) == 0
    every = round((change.schedule.every or 60.0) * 1000)
    assert await interval_after(queue, redis, Outcome.UNCHANGED) == (
        every if change.schedule.every_max == 0 else 2 * every
    )


async def test_pushing_a_scheduled_room_polls_it_now(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=3600.0)])
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert place_of(redis, ROOM) == "sched"
    assert await queue.push([Job(ROOM)]) == 0
    assert place_of(redis, ROOM) == "ready"
    assert (await lease_one(queue)).schedule.every == 3600.0


# The end of a recurring room


async def test_a_recurring_room_that_was_polled_and_then_is_gone_is_retired_until_it_is_pushed(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, every_max=600.0, priority=-2)])
    for _ in range(3):
        await interval_after(queue, redis, Outcome.UNCHANGED)
    schedule(redis, ROOM, server_now(redis))
    assert await settle(queue, await lease_one(queue), Outcome.DEAD, reason="HTTP 404") is Settled.RETIRED
    assert await queue.depth() == Depth(0, 0, 0, 0, 0, 0, retired=1)
    assert letter(redis, ROOM)["reason"] == "HTTP 404"
    assert (redis.hget(key("st"), "retired"), redis.hget(key("st"), "dead")) == ("1", None)
    assert redis.exists(key("def"), key("pace"), key("att")) == 0
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.pending) == ([], 0)
    assert await queue.push([Job(ROOM)]) == 1
    assert redis.exists(key("retired"), key("info")) == 0
    assert redis.hget(key("def"), ROOM) == f"60000:-2:{ANCHOR}:600000"


@pytest.mark.parametrize("every", [None, 60.0])
async def test_a_room_that_is_gone_at_its_first_poll_is_dead(
    queue: RoomQueue, redis: Redis, every: float | None
) -> None:
    await queue.push([job(ROOM, every=every)])
    assert await settle(queue, await lease_one(queue), Outcome.DEAD, reason="HTTP 404") is Settled.DEAD
    assert place_of(redis, ROOM) == "dead"


# Rooms that keep failing


async def fail(queue: RoomQueue, redis: Redis, reason: str = "busy") -> tuple[Settled, int]:
    """Poll the room when it is due, in vain; the answer, and the ms until it is due again."""
    now = server_now(redis)
    if place_of(redis, ROOM) == "sched":
        schedule(redis, ROOM, now)
    answer = await settle(queue, await lease_one(queue), Outcome.RETRY, 0, reason)
    return answer, due_of(redis, ROOM) - now


async def test_a_recurring_room_whose_attempts_are_used_up_is_failing_and_not_dead(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0)])
    first = await lease_one(queue)
    await settle(queue, first, Outcome.RETRY)
    answers = [(await fail(queue, redis, f"fault {n}"))[0] for n in (2, 3, 4)]
    assert answers == [Settled.KEPT, Settled.FAILING, Settled.KEPT]
    assert place_of(redis, ROOM) == "sched"
    assert (await queue.depth()).failing == 1
    (room,) = await roster.find(queue, [ROOM])
    assert room is not None
    assert (room.state, room.attempts, room.failing_since, room.last) == ("scheduled", 4, first.due_ms, "fault 4")
    assert [each.room_id async for each in roster.failing(queue)] == [ROOM]
    assert redis.hget(key("def"), ROOM) == f"60000:0:{ANCHOR}"


async def test_a_failing_room_falls_back_to_its_interval_and_then_is_polled_ever_more_rarely(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, every=60.0)])
    first = await lease_one(queue)
    await settle(queue, first, Outcome.RETRY)
    await fail(queue, redis)
    pauses = []
    for _ in range(10):
        _, pause = await fail(queue, redis)
        assert (due_of(redis, ROOM) - first.due_ms) % MINUTE == 0, "it keeps its phase"
        pauses.append(-(-pause // MINUTE))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


@pytest.mark.parametrize("every", [0.1, 7200.0])
async def test_no_failing_room_is_polled_more_often_than_its_interval_or_more_rarely_than_once_an_hour(
    queue: RoomQueue, redis: Redis, every: float
) -> None:
    await queue.push([job(ROOM, every=every)])
    for _ in range(30):
        _, pause = await fail(queue, redis)
    assert pause == pytest.approx(max(HOUR, every * 1000), abs=1000)


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.UNCHANGED])
async def test_one_good_poll_ends_the_failing_of_a_room(queue: RoomQueue, redis: Redis, outcome: Outcome) -> None:
    await queue.push([job(ROOM, every=60.0)])
    for _ in range(8):
        await fail(queue, redis)
    assert await interval_after(queue, redis, outcome) <= MINUTE
    assert (await queue.depth()).failing == 0
    schedule(redis, ROOM, server_now(redis))
    assert (await lease_one(queue)).attempt == 1


@pytest.mark.parametrize("how", ["pushed", "removed", "gone"])
async def test_a_room_that_is_pushed_or_leaves_is_no_longer_failing(queue: RoomQueue, redis: Redis, how: str) -> None:
    await queue.push([job(ROOM, every=60.0)])
    for _ in range(4):
        await fail(queue, redis)
    if how == "pushed":
        await queue.push([Job(ROOM)])
    elif how == "removed":
        await queue.control.remove([ROOM])
    else:
        schedule(redis, ROOM, server_now(redis))
        await settle(queue, await lease_one(queue), Outcome.DEAD, reason="gone")
    assert redis.exists(key("failing"), key("att")) == 0


async def test_a_recurring_room_with_which_workers_vanish_is_failing_too(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    for _ in range(5):
        if place_of(redis, ROOM) == "sched":
            schedule(redis, ROOM, server_now(redis))
        expire(redis, await lease_one(queue))
        assert (await queue.lease("w", 0, LONG)).vanished == 0
    assert place_of(redis, ROOM) in ("sched", "ready")
    assert (await queue.depth()).failing == 1


async def test_an_interval_of_zero_lets_a_failing_room_die(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    for _ in range(4):
        await fail(queue, redis)
    await queue.push([job(ROOM, every=0.0)])
    answers = [await settle(queue, await lease_one(queue), Outcome.RETRY) for _ in range(3)]
    assert answers == [Settled.KEPT, Settled.KEPT, Settled.DEAD]


async def test_the_status_says_how_many_rooms_are_failing_since_when_and_why(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(job(str(room), every=60.0) for room in range(1, 7))
    for _ in range(3):
        for room in range(1, 7):
            if redis.zscore(key("sched"), str(room)) is not None:
                schedule(redis, str(room), server_now(redis))
        for lease in (await queue.lease("w", 6, LONG)).leases:
            reason = "code 403: '余额不足'" if int(lease.room_id) > 2 else "code 7"
            await settle(queue, lease, Outcome.RETRY, 0, reason)
    now = await status(queue)
    assert now.depth.failing == 6
    assert now.failing_reasons == {"code 403: '余额不足'": 4, "code 7": 2}
    assert now.failing_since is not None
    assert 0 <= now.now - now.failing_since < 60_000
