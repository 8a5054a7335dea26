"""What each outcome of a lease does to its room, and to one that was pushed again while leased."""

import json

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settled
from rankcrawler.queue.limits import GONE_ONCE
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import (
    ANCHOR,
    HOUR,
    LONG,
    ROOM,
    due_of,
    job,
    key,
    lease_one,
    leased_ids,
    letter,
    place_of,
    schedule,
    server_now,
    settle,
)

SERVERS = ["single", "cluster"]


# Outcomes


async def test_a_retry_waits_for_its_delay_and_counts_an_attempt(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    before = server_now(redis)
    assert await settle(queue, lease, Outcome.RETRY, 30_000, "502") is Settled.KEPT
    assert before + 30_000 <= due_of(redis, ROOM) <= server_now(redis) + 30_000
    schedule(redis, ROOM, before)
    assert (await lease_one(queue)).attempt == 2


async def test_a_room_is_dead_with_its_last_reason_when_its_attempts_are_used_up(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job(ROOM, ANCHOR, priority=2)])
    answers = [await settle(queue, await lease_one(queue), Outcome.RETRY, 0, f"fault {n}") for n in (1, 2, 3)]
    assert answers == [Settled.KEPT, Settled.KEPT, Settled.DEAD]
    assert place_of(redis, ROOM) == "dead"
    written = letter(redis, ROOM)
    assert (written["reason"], written["attempts"]) == ("fault 3", 3)
    assert redis.exists(key("def"), key("att"), key("own")) == 0


async def test_success_resets_the_attempts(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    for _ in range(2):
        await settle(queue, await lease_one(queue), Outcome.RETRY)
    lease = await lease_one(queue)
    assert lease.attempt == 3
    await settle(queue, lease, Outcome.DONE)
    await queue.push([Job(ROOM)])
    assert (await lease_one(queue)).attempt == 1


async def test_success_resets_the_attempts_of_a_recurring_room(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    await settle(queue, await lease_one(queue), Outcome.RETRY)
    await settle(queue, await lease_one(queue), Outcome.DONE)
    schedule(redis, ROOM, server_now(redis))
    assert (await lease_one(queue)).attempt == 1


async def test_a_deferred_room_waits_and_no_attempt_is_counted(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    await settle(queue, await lease_one(queue), Outcome.RETRY)
    for _ in range(5):
        before = server_now(redis)
        assert await settle(queue, await lease_one(queue), Outcome.DEFER, 30_000) is Settled.KEPT
        assert due_of(redis, ROOM) >= before + 30_000
        schedule(redis, ROOM, before)
    assert (await lease_one(queue)).attempt == 2


async def test_a_released_room_keeps_the_time_it_is_due_and_its_attempts(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, priority=4)])
    await settle(queue, await lease_one(queue), Outcome.RETRY)
    due = server_now(redis) - 7000
    schedule(redis, ROOM, due)
    for _ in range(5):
        lease = await lease_one(queue)
        assert (lease.due_ms, lease.attempt) == (due, 2)
        assert await settle(queue, lease, Outcome.RELEASE) is Settled.KEPT
        assert place_of(redis, ROOM) == "ready"


async def test_a_dead_room_is_not_polled_and_its_reason_is_written(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    reason = '直播间 "gone"\n\\ "definition":"9999::"'
    assert await settle(queue, await lease_one(queue), Outcome.DEAD, reason=reason) is Settled.DEAD
    written = letter(redis, ROOM)
    assert (written["reason"], written["attempts"], written["definition"]) == (reason, 1, "")
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.pending) == ([], 0)


async def test_a_long_reason_is_cut_and_stays_text(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    await settle(queue, await lease_one(queue), Outcome.DEAD, reason="原因" * 1000)
    text = redis.hget(key("info"), ROOM)
    assert text is not None
    assert json.loads(text)["reason"] in "原因" * 1000


async def test_pushing_a_dead_room_revives_it_with_its_definition(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, priority=-2)])
    await settle(queue, await lease_one(queue), Outcome.RETRY)
    await settle(queue, await lease_one(queue), Outcome.DEAD, reason="gone")
    assert await queue.push([Job(ROOM)]) == 1
    assert redis.exists(key("dead"), key("info")) == 0
    assert redis.hget(key("def"), ROOM) == f"60000:-2:{ANCHOR}"
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.schedule.every, lease.attempt) == (ANCHOR, 60.0, 1)


async def test_a_room_that_was_put_off_as_gone_says_so_until_something_else_comes_of_it(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    seen = []
    for reason in ("HTTP 502", GONE_ONCE + "HTTP 404", "HTTP 502: 'gone once: '", GONE_ONCE):
        lease = await lease_one(queue)
        seen.append((lease.gone_once, lease.attempt))
        await settle(queue, lease, Outcome.DEFER, 0, reason)
    lease = await lease_one(queue)
    assert [*seen, (lease.gone_once, lease.attempt)] == [(False, 1), (False, 1), (True, 1), (False, 1), (True, 1)]
    await settle(queue, lease, Outcome.RELEASE)
    assert (await lease_one(queue)).gone_once


async def test_a_lease_knows_whether_its_room_was_polled_before(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    first = await lease_one(queue)
    await settle(queue, first, Outcome.DONE)
    schedule(redis, ROOM, server_now(redis))
    assert (first.was_polled, (await lease_one(queue)).was_polled) == (False, True)


# Pushed again while leased


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.DEAD, Outcome.RELEASE])
async def test_a_room_pushed_while_leased_is_polled_exactly_once_more(
    queue: RoomQueue, redis: Redis, outcome: Outcome
) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    assert await queue.push([Job(ROOM), Job(ROOM)]) == 0
    assert await leased_ids(queue) == []
    assert await settle(queue, lease, outcome, reason="gone") is Settled.KEPT
    second = await lease_one(queue)
    assert (second.room_id, second.attempt) == (ROOM, 1)
    assert await settle(queue, second, Outcome.DONE) is Settled.KEPT
    assert place_of(redis, ROOM) == ""
    assert redis.exists(key("again")) == 0


@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.DEFER])
async def test_a_room_pushed_while_leased_is_polled_once_more_after_the_delay(
    queue: RoomQueue, redis: Redis, outcome: Outcome
) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    await queue.push([Job(ROOM)])
    assert await settle(queue, lease, outcome, HOUR) is Settled.KEPT
    assert place_of(redis, ROOM) == "sched"
    schedule(redis, ROOM, server_now(redis))
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert place_of(redis, ROOM) == ""


async def test_a_push_while_leased_spares_the_room_from_its_last_attempt(queue: RoomQueue, redis: Redis) -> None:
    strict = RoomQueue(queue.redis, attempts=1)
    await strict.push([Job(ROOM)])
    lease = await lease_one(strict)
    await strict.push([Job(ROOM)])
    assert await settle(strict, lease, Outcome.RETRY, 0, "502") is Settled.KEPT
    assert await settle(strict, await lease_one(strict), Outcome.RETRY, 0, "502") is Settled.DEAD
    assert place_of(redis, ROOM) == "dead"


async def test_a_room_pushed_while_leased_takes_the_new_definition(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    await queue.push([job(ROOM, every=60.0)])
    await settle(queue, lease, Outcome.DONE)
    lease = await lease_one(queue)
    assert lease.schedule.every == 60.0
    await settle(queue, lease, Outcome.DONE)
    assert place_of(redis, ROOM) == "sched"
