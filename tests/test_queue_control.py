"""What people do to a running queue: pause and limit it, read its state, remove and restore rooms; on a real server."""

import asyncio
from collections import Counter
from math import ceil
from time import monotonic
from typing import Any

import pytest
from redis import Redis

from rankcrawler.model.schedules import Schedule
from rankcrawler.queue import roster
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Depth, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import Room
from rankcrawler.queue.status import status
from tests.queued import ANCHOR, HOUR, INBOX, ROOM, assert_flow, job, key, takings

SERVERS = ["single", "cluster"]


async def lease(queue: RoomQueue, n: int = 10, worker: str = "w") -> list[Lease]:
    return (await queue.lease(worker, n, HOUR)).leases


async def ids(queue: RoomQueue, n: int = 500) -> list[str]:
    return [each.room_id for each in await lease(queue, n)]


async def kill(queue: RoomQueue, *leases: Lease) -> None:
    await queue.settle([Settlement(each, Outcome.DEAD, 0, "gone") for each in leases])


async def listed(queue: RoomQueue, state: str) -> list[Room]:
    return [room async for room in roster.rooms(queue, state)]


# Gates


async def test_a_paused_queue_leases_again_after_resume_which_ends_a_hold_too(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.control.pause()
    await queue.control.hold(HOUR)
    assert (await queue.lease("w", 1, HOUR)).state == "paused"
    await queue.control.resume()
    assert await ids(queue) == [ROOM]


async def test_no_more_rooms_are_leased_than_may_be_in_flight(queue: RoomQueue) -> None:
    await queue.push(Job(str(room)) for room in range(1, 11))
    await queue.control.set_max_inflight(3)
    grant = await queue.lease("w", 10, HOUR)
    assert (len(grant.leases), grant.state) == (3, "full")
    assert 0 < grant.wait_ms <= 1000
    await queue.settle([Settlement(grant.leases[0], Outcome.DONE)])
    assert len(await ids(queue)) == 1
    await queue.control.set_max_inflight(None)
    assert len(await ids(queue)) == 6


async def test_a_queue_with_nothing_ready_is_not_full(queue: RoomQueue) -> None:
    await queue.control.set_max_inflight(3)
    assert (await queue.lease("w", 10, HOUR)).state == "run"


async def test_a_rate_gives_its_burst_and_then_says_when_the_next_room_comes(queue: RoomQueue) -> None:
    await queue.push(Job(str(room)) for room in range(1, 11))
    await queue.control.set_rate(4, burst=3)
    grant = await queue.lease("w", 10, HOUR)
    assert (len(grant.leases), grant.state) == (3, "rate")
    assert 150 < grant.wait_ms <= 250
    await asyncio.sleep(grant.wait_ms / 1000)
    assert len(await ids(queue)) == 1
    await queue.control.set_rate(None)
    assert len(await ids(queue)) == 6


@pytest.mark.parametrize("rate", [50.0, 1000.0])
async def test_workers_together_get_what_a_rate_allows_and_no_more(queue: RoomQueue, rate: float) -> None:
    await queue.push(Job(str(room)) for room in range(1, 2001))
    await queue.control.set_rate(rate)
    assert_flow(await takings(queue, queue, queue, seconds=1), rate, burst=ceil(rate / 10))


# Inboxes that are no list


@pytest.mark.parametrize("kind", ["set", "zset"])
async def test_an_inbox_of_scrapy_redis_other_modes_is_read(queue: RoomQueue, redis: Redis, kind: str) -> None:
    if kind == "set":
        redis.sadd(INBOX, ROOM, "hello")
    else:
        redis.zadd(INBOX, {ROOM: 5, "hello": 1})
    assert (await queue.depth()).inbox == 2
    grant = await queue.lease("w", 10, HOUR)
    assert ([each.room_id for each in grant.leases], grant.unreadable) == ([ROOM], 1)
    assert redis.exists(INBOX) == 0


async def test_a_sorted_inbox_gives_its_highest_scores_first(queue: RoomQueue, redis: Redis) -> None:
    redis.zadd(INBOX, {str(room): room for room in range(1, 301)})
    assert set(await ids(queue)) == {str(room) for room in range(45, 301)}
    assert redis.zcard(INBOX) == 44


async def test_an_inbox_of_a_type_that_cannot_hold_jobs_is_let_alone(queue: RoomQueue, redis: Redis) -> None:
    redis.set(INBOX, "mine")
    await queue.push([Job(ROOM)])
    assert await ids(queue) == [ROOM]
    assert not await queue.inbox.wait(1)
    assert await queue.control.drain() == (0, 0)
    assert redis.get(INBOX) == "mine"


@pytest.mark.parametrize("once_seen", [False, True], ids=["never seen", "seen before"])
async def test_waiting_at_an_inbox_that_is_a_set_looks_at_it_soon(
    queue: RoomQueue, redis: Redis, once_seen: bool
) -> None:
    redis.sadd(INBOX, ROOM)
    if once_seen:
        await lease(queue)
        asyncio.get_running_loop().call_later(0.1, redis.sadd, INBOX, "2")
    began = monotonic()
    assert await queue.inbox.wait(5)
    assert 0.1 < monotonic() - began < 1
    redis.delete(INBOX)
    redis.lpush(INBOX, "3")
    assert await queue.inbox.wait(5)
    assert {"2", "3"} & set(await ids(queue))


# Taking out, and bringing back


async def test_a_room_is_removed_from_wherever_it_is(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(job(str(room), ANCHOR, every=60.0, priority=20 - room) for room in range(1, 5))
    dead, later, leased = await lease(queue, 3)
    await kill(queue, dead)
    await queue.settle([Settlement(later, Outcome.RETRY, HOUR)])
    await queue.push([Job(leased.room_id)])
    assert await queue.control.remove(["1", "2", "3", "4", "5"]) == [True] * 4 + [False]
    assert await queue.settle([Settlement(leased, Outcome.DONE)]) == [Settled.LOST]
    assert await queue.depth() == Depth(0, 0, 0, 0, 0, 0)
    assert set(redis.scan_iter()) - {queue.gate.key} == {key(name) for name in ("ctl", "st", "wrk", "born", "lag")}


async def test_a_dead_letter_that_names_no_room_is_dropped_by_its_name(queue: RoomQueue, redis: Redis) -> None:
    redis.lpush(INBOX, "hello")
    await lease(queue)
    (letter,) = await listed(queue, "dead")
    assert (letter.raw, letter.state) == ("hello", "dead")
    assert await queue.dead_letters.retry([letter.room_id]) == [False]
    assert await queue.control.remove([letter.room_id]) == [True]
    assert (await queue.depth()).dead == 0


async def test_a_dead_room_is_tried_again_as_it_was_defined(queue: RoomQueue) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, priority=2), Job("2")])
    await kill(queue, *await lease(queue, 1))
    assert (await queue.depth()).recurring == 0
    assert await queue.dead_letters.retry([ROOM, "2", "3"]) == [True, False, False]
    (again, *_) = await lease(queue, 1)
    assert (again.room_id, again.anchor_id, again.schedule.every, again.attempt) == (ROOM, ANCHOR, 60.0, 1)


async def test_all_dead_rooms_are_tried_again_and_what_is_no_room_stays(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, *(f"no room {n}" for n in range(600)))
    await queue.push(Job(str(room)) for room in range(1, 1203))
    for _ in range(3):
        await kill(queue, *await lease(queue, 500))
    assert await queue.dead_letters.retry_all() == 1202
    depth = await queue.depth()
    assert (depth.ready, depth.dead) == (1202, 600)


async def test_draining_leaves_the_leased_and_the_dead(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(job(str(room), every=60.0) for room in range(1, 1205))
    dead, later, leased = await lease(queue, 3)
    await kill(queue, dead)
    await queue.settle([Settlement(later, Outcome.DEFER, HOUR)])
    redis.lpush(INBOX, "8", "9", "hello")
    redis.lpush(queue.inbox.intake, "7")
    assert await queue.control.drain() == (1202, 4)
    assert await queue.depth() == Depth(0, 0, 0, 1, 1, 1)
    assert await queue.settle([Settlement(leased, Outcome.DONE)]) == [Settled.KEPT]


# Rebuilding


async def test_lost_rooms_are_restored_spread_over_their_interval_and_known_ones_stay(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([job("1", every=5.0), job("2", every=5.0), job("3", every=5.0), Job("4"), job("5", every=5.0)])
    for room, outcome in (("1", Outcome.DONE), ("2", Outcome.DEAD), ("3", None)):
        (given,) = await lease(queue, 1)
        assert given.room_id == room
        if outcome is not None:
            await queue.settle([Settlement(given, outcome)])
    known = {name: redis.dump(key(name)) for name in ("sched", "ready", "lease", "dead", "def", "info")}
    lost = [job(str(room), ANCHOR, every=60.0, every_max=600.0, priority=2) for room in range(1, 6)]
    assert await queue.control.restore(lost) == 0
    assert {name: redis.dump(key(name)) for name in known} == known

    lost = [job(str(room), ANCHOR, every=60.0, every_max=600.0, priority=2) for room in range(1, 1203)]
    before = await queue.now()
    assert await queue.control.restore([*lost, Job("9999")]) == 1197
    assert await queue.control.restore(lost) == 0
    scheduled: Any = redis.zrange(key("sched"), 0, -1, withscores=True)
    dues = [due - before for room, due in scheduled if int(room) > 5]
    assert 0 <= min(dues) < 1000
    assert 59_000 < max(dues) < 61_000
    assert max(Counter(int(due // 1000) for due in dues).values()) < 60
    (shown,) = await roster.find(queue, ["1000"])
    assert shown is not None
    assert (shown.schedule, shown.anchor_id) == (Schedule(60.0, 600.0, 2), ANCHOR)
    assert (await queue.depth()).recurring == 1200


async def test_a_restored_room_that_is_gone_is_retired(queue: RoomQueue, redis: Redis) -> None:
    await queue.control.restore([job(ROOM, every=60.0)])
    redis.zadd(key("sched"), {ROOM: 1})
    (given,) = await lease(queue)
    assert await queue.settle([Settlement(given, Outcome.DEAD)]) == [Settled.RETIRED]


# Looking


async def test_a_listing_has_every_room_of_its_state_in_order(queue: RoomQueue) -> None:
    await queue.push(job(str(room), priority=room % 3) for room in range(1, 1203))
    rooms = await listed(queue, "ready")
    assert sorted(int(room.room_id) for room in rooms) == list(range(1, 1203))
    assert [room.schedule.priority or 0 for room in rooms] == sorted(
        (room.schedule.priority or 0 for room in rooms), reverse=True
    )


async def test_a_room_is_shown_with_all_that_is_known_of_it(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, priority=3)])
    (ready,) = await roster.find(queue, [ROOM])
    (leased,) = await lease(queue)
    await queue.push([Job(ROOM)])
    (shown,) = await roster.find(queue, [ROOM])
    expires = int(redis.zscore(key("lease"), ROOM) or 0)
    due = leased.due_ms
    assert ready == Room(ROOM, "ready", due, 0, Schedule(60.0, None, 3), ANCHOR)
    assert shown == Room(ROOM, "leased", due, 0, Schedule(60.0, None, 3), ANCHOR, "w", expires, pushed_again=True)
    assert await listed(queue, "leased") == [shown]
    await queue.settle([Settlement(leased, Outcome.RETRY, HOUR)])
    (shown,) = await roster.find(queue, [ROOM])
    assert shown is not None
    assert (shown.state, shown.attempts) == ("scheduled", 1)
    assert await roster.find(queue, ["5"]) == [None]


async def test_the_fields_of_a_room_are_flat_and_leave_out_what_is_at_its_default(queue: RoomQueue) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, every_max=600.0, priority=3), Job("2")])
    recurring, once = await roster.find(queue, [ROOM, "2"])
    assert recurring is not None
    assert once is not None
    schedule = {"every": 60.0, "every_max": 600.0, "priority": 3}
    known = {"room_id": ROOM, "state": "ready", "due": recurring.due, "anchor_id": ANCHOR, "interval": 60.0}
    assert recurring.fields() == known | schedule
    assert once.fields() == {"room_id": "2", "state": "ready", "due": once.due}


async def test_the_dead_are_shown_with_reason_attempts_and_definition(queue: RoomQueue) -> None:
    await queue.push([job(ROOM, ANCHOR, every=60.0, priority=3)])
    await kill(queue, *await lease(queue))
    (shown,) = await listed(queue, "dead")
    assert shown == Room(ROOM, "dead", None, 1, Schedule(60.0, None, 3), ANCHOR, died=shown.died, reason="gone")


async def test_the_status_counts_outcomes_and_says_who_works(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room)) for room in range(1, 6))
    done, again, dead, *_ = await lease(queue, 5, "one")
    await lease(queue, 5, "two")
    await queue.settle(
        [Settlement(done, Outcome.DONE), Settlement(again, Outcome.RETRY), Settlement(dead, Outcome.DEAD)]
    )
    redis.zadd(key("wrk"), {"gone": 1})
    now = await status(queue)
    assert now.counters == {"pushed": 5, "done": 1, "retry": 1, "dead": 1}
    assert {worker.name for worker in now.workers} == {"one", "two"}
    assert all(now.now - 5000 < worker.since <= worker.seen <= now.now for worker in now.workers)
    assert (now.state, now.rate, now.burst, now.max_inflight, now.held_until) == ("run", None, None, None, None)


async def test_the_status_knows_the_knobs(queue: RoomQueue) -> None:
    await queue.control.set_rate(2.5, burst=7)
    await queue.control.set_max_inflight(9)
    await queue.control.hold(HOUR)
    now = await status(queue)
    assert (now.state, now.rate, now.burst, now.max_inflight) == ("held", 2.5, 7, 9)
    await queue.control.pause()
    assert (await status(queue)).state == "paused"


async def test_the_status_knows_how_late_rooms_are_and_were(queue: RoomQueue, redis: Redis) -> None:
    assert (await status(queue)).lag_p50 is None
    await queue.push([job("1", priority=5), Job("2")])
    for room, late in (("1", 90_000), ("2", 30_000)):
        redis.zrem(key("ready"), room)
        redis.zadd(key("sched"), {room: int(redis.time()[0]) * 1000 - late})
    assert 90_000 <= (await status(queue)).overdue < 95_000
    await queue.lease("w", 0, HOUR)  # promotes them
    assert 90_000 <= (await status(queue)).overdue < 95_000
    await lease(queue)
    now = await status(queue)
    assert now.lag_p50 is not None
    assert now.lag_p95 is not None
    assert 30_000 <= now.lag_p50 < 35_000
    assert 90_000 <= now.lag_p95 < 95_000
    assert now.overdue == 0


async def test_lags_are_kept_of_the_last_thousand_leases_alone(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room)) for room in range(1, 1203))
    for _ in range(3):
        await lease(queue, 500)
    assert redis.llen(key("lag")) == 1000


async def test_workers_that_were_not_seen_for_a_day_are_forgotten(queue: RoomQueue, redis: Redis) -> None:
    redis.zadd(key("wrk"), {"old": 1})
    redis.hset(key("born"), "old", "1")
    await lease(queue)
    assert redis.hkeys(key("born")) == redis.zrange(key("wrk"), 0, -1) == ["w"]


async def test_the_last_outcome_of_a_room_is_on_its_record(queue: RoomQueue) -> None:
    await queue.push([job("1", every=60.0), job("2", every=60.0), Job("3"), job("4", every=60.0)])
    leases = {lease.room_id: lease for lease in (await queue.lease("w", 3, 1000)).leases}
    outcomes = {"1": Outcome.DONE, "2": Outcome.UNCHANGED, "3": Outcome.RETRY}
    reason = "HTTP 502: " + "坏" * 200
    await queue.settle([Settlement(leases[room], outcome, 60_000, reason) for room, outcome in outcomes.items()])
    found = [room.last if room else "" for room in await roster.find(queue, ["1", "2", "3", "4"])]
    assert found == ["changed", "unchanged", "HTTP 502: " + "坏" * 76, None]


async def test_the_status_counts_the_polls_of_the_last_whole_minute(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(str(room)) for room in range(1, 6)])
    leases = (await queue.lease("w", 5, 1000)).leases
    await queue.settle([Settlement(lease, Outcome.DONE) for lease in leases[:3]])
    assert (await status(queue)).per_minute in (0, 3), "3 where the minute has just turned"
    minute = await queue.now() // 60_000
    redis.hset(queue.key("ctl"), mapping={"minute": minute - 1, "settled": 3})
    assert (await status(queue)).per_minute == 3
    await queue.settle([Settlement(lease, Outcome.DONE) for lease in leases[3:]])
    assert (await status(queue)).per_minute in (3, 2), "2 where the minute has just turned"
    redis.hset(queue.key("ctl"), "minute", minute - 2)
    assert (await status(queue)).per_minute == 0
