"""A server's clock that ran ahead and was set right again holds nothing up: what it left in the future is corrected."""

import asyncio
import logging

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.shared_clock import SharedClock
from rankcrawler.queue.status import status
from rankcrawler.queue.worker import Worker
from tests.queued import HOUR, LONG, ROOM, due_of, expire, job, key, lease_one, leased_ids, place_of, server_now, settle

SERVERS = ["single", "cluster"]


def set_back(redis: Redis, ms: int = HOUR) -> None:
    """Leave everything as if the server's clock, until now, had been ahead by so much."""
    for name in ("sched", "ready", "lease", "dead", "retired", "wrk"):
        for member in redis.zrange(key(name), 0, -1):
            redis.zincrby(key(name), ms, str(member))
    for room, text in redis.hgetall(key("own")).items():
        fence, due, worker = str(text).split(":", 2)
        redis.hset(key("own"), str(room), f"{fence}:{int(due) + ms}:{worker}")
    for name, factor in (("now", 1), ("hold_until", 1), ("tat", 1000)):
        if (value := redis.hget(key("ctl"), name)) is not None:
            redis.hset(key("ctl"), name, int(value) + ms * factor)


async def polled(queue: RoomQueue, *jobs: Job) -> list[Lease]:
    """Rooms that were polled once with success."""
    await queue.push(jobs)
    leases = (await queue.lease("w", len(jobs), LONG)).leases
    for lease in leases:
        await settle(queue, lease, Outcome.DONE)
    return leases


async def test_recurring_rooms_are_due_within_their_interval_again(queue: RoomQueue, redis: Redis) -> None:
    await polled(queue, job("1", every=60.0), job("2", every=5.0), job("3", every=7200.0, priority=-3))
    set_back(redis)
    grant = await queue.lease("w", 10, LONG)
    now = server_now(redis)
    assert grant.back_ms == pytest.approx(HOUR, abs=2000)
    assert due_of(redis, "1") <= now + 60_000
    assert due_of(redis, "2") <= now + 5000
    assert due_of(redis, "3") <= now + 7_200_000
    assert (await queue.lease("w", 10, LONG)).back_ms == 0


async def test_times_before_the_clock_was_wrong_stay(queue: RoomQueue, redis: Redis) -> None:
    await polled(queue, job("1", every=7200.0))
    due = due_of(redis, "1")
    redis.hset(key("ctl"), "now", server_now(redis) + HOUR)
    assert (await queue.lease("w", 10, LONG)).back_ms > 0
    assert due_of(redis, "1") == due


async def test_a_room_that_adapts_may_wait_as_long_as_its_interval_at_present(queue: RoomQueue, redis: Redis) -> None:
    await polled(queue, job("1", every=60.0, every_max=600.0))
    redis.hset(key("pace"), "1", 8)
    due = server_now(redis) + 400_000
    redis.zadd(key("sched"), {"1": due})
    redis.hset(key("ctl"), "now", server_now(redis) + HOUR)
    await queue.lease("w", 10, LONG)
    assert due_of(redis, "1") == due


async def test_a_room_between_two_attempts_is_tried_again_as_much_sooner(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    await settle(queue, await lease_one(queue), Outcome.RETRY, 30_000)
    set_back(redis)
    await queue.lease("w", 10, LONG)
    assert 25_000 < due_of(redis, ROOM) - server_now(redis) <= 32_000


async def test_ready_rooms_keep_their_order_and_are_not_behind_new_ones(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("9"), job("8", priority=-10), Job("7")])
    set_back(redis)
    await queue.lease("w", 0, LONG)
    await queue.push([Job("1")])
    assert await leased_ids(queue) == ["9", "7", "1", "8"]


async def test_leases_of_the_dead_expire_and_those_of_the_living_are_settled(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job("1", every=60.0), Job("2")])
    live, dead = (await queue.lease("w", 2, LONG)).leases
    set_back(redis)
    await queue.lease("other", 0, 50)
    expiry = redis.zscore(key("lease"), dead.room_id)
    assert expiry is not None
    assert expiry <= server_now(redis) + 50
    await settle(queue, live, Outcome.DONE)
    assert due_of(redis, "1") <= server_now(redis) + 60_000


@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.DEFER, Outcome.RELEASE, Outcome.DONE])
async def test_a_settlement_before_the_next_lease_leaves_nothing_in_the_future(
    queue: RoomQueue, redis: Redis, outcome: Outcome
) -> None:
    await queue.push([job(ROOM, every=60.0)])
    lease = await lease_one(queue)
    set_back(redis)
    await settle(queue, lease, outcome, 1000)
    await queue.lease("w", 0, LONG)
    score = redis.zscore(key(place_of(redis, ROOM)), ROOM)
    assert score is not None
    assert score <= server_now(redis) + 60_000
    redis.hdel(key("ctl"), "now")
    schedule_now = {ROOM: server_now(redis)}
    redis.zrem(key("ready"), ROOM)
    redis.zadd(key("sched"), schedule_now)
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert due_of(redis, ROOM) <= server_now(redis) + 60_000


async def test_a_hold_and_a_rate_do_not_last_longer(queue: RoomQueue, redis: Redis) -> None:
    await queue.control.set_rate(100.0, 1)
    await queue.push([Job("1"), Job("2")])
    await queue.lease("w", 1, LONG)
    await queue.control.hold(1500)
    set_back(redis)
    grant = await queue.lease("w", 1, LONG)
    assert grant.wait_ms <= 3000
    await queue.control.resume()
    await asyncio.sleep(0.05)
    assert [lease.room_id for lease in (await queue.lease("w", 1, LONG)).leases] == ["2"]


async def test_the_dead_are_retried_and_lost_workers_are_not_taken_for_living_ones(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([Job("1")])
    await settle(queue, await lease_one(queue), Outcome.DEAD, reason="gone")
    set_back(redis)
    await queue.lease("other", 0, LONG)
    assert await queue.dead_letters.retry_all() == 1
    seen = await status(queue)
    assert all(worker.since <= worker.seen <= seen.now for worker in seen.workers)


async def test_a_queue_of_many_rooms_is_corrected_in_portions(queue: RoomQueue, redis: Redis) -> None:
    rooms = [str(room) for room in range(1, 12_001)]
    due = server_now(redis) + 2 * HOUR
    redis.zadd(key("sched"), dict.fromkeys(rooms, due))
    redis.hset(key("def"), mapping=dict.fromkeys(rooms, "60000:0:*"))
    redis.hset(key("ctl"), "now", server_now(redis) + 2 * HOUR)
    assert (await queue.lease("w", 0, LONG)).wait_ms == 0
    assert redis.hexists(key("ctl"), "correcting")
    while redis.hexists(key("ctl"), "correcting"):
        assert (await queue.lease("w", 0, LONG)).back_ms == 0
    assert redis.zcount(key("sched"), server_now(redis) + 60_000, "+inf") == 0
    assert redis.hmget(key("ctl"), "back", "correcting") == [None, None]


async def test_small_steps_change_nothing(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job(ROOM, every=60.0)])
    redis.hset(key("ctl"), "now", server_now(redis) + 800)
    assert (await queue.lease("w", 0, LONG)).back_ms == 0


async def test_a_worker_polls_on_and_says_what_happened(
    queue: RoomQueue, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await polled(queue, job(ROOM, every=0.2))
    set_back(redis)
    worker = Worker(queue, "w", window=4, ttl=5)
    worker.open()
    with caplog.at_level(logging.WARNING):
        async for lease in worker.leases():
            assert lease.room_id == ROOM
            break
    await worker.close()
    assert "clock was set back by 3" in caplog.text


# The clock that workers share


class Clocks:
    """A wall clock and a steady one, in ms."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000_000, 5_000

    def pass_by(self, ms: int) -> None:
        self.wall, self.steady = self.wall + ms, self.steady + ms

    def shared(self) -> SharedClock:
        return SharedClock(lambda: self.wall, lambda: self.steady)


def test_a_clock_that_is_right_is_left_alone() -> None:
    clocks = Clocks()
    shared = clocks.shared()
    shared.note(clocks.wall + 400)
    assert shared.now_ms() == clocks.wall


def test_a_worker_whose_clock_is_ahead_dates_its_polls_by_the_servers(caplog: pytest.LogCaptureFixture) -> None:
    clocks = Clocks()
    shared = clocks.shared()
    shared.note(clocks.wall - 7_200_000)
    clocks.pass_by(500)
    assert shared.now_ms() == clocks.wall - 7_200_000
    assert "This machine's clock is 7200.0 s ahead of the queue server's" in caplog.text


def test_a_worker_whose_clock_is_set_goes_on_with_the_same_time() -> None:
    clocks = Clocks()
    shared = clocks.shared()
    shared.note(clocks.wall)
    right = clocks.wall
    clocks.wall += 3_600_000
    shared.note(right)
    assert shared.now_ms() == right


def test_a_server_whose_clock_leaps_for_a_while_is_not_followed() -> None:
    clocks = Clocks()
    shared = clocks.shared()
    shared.note(clocks.wall)
    clocks.pass_by(1000)
    shared.note(clocks.wall + 3_600_000)
    clocks.pass_by(6000)
    shared.note(clocks.wall + 3_600_000)
    assert shared.now_ms() == clocks.wall
    clocks.pass_by(1000)
    shared.note(clocks.wall)
    clocks.pass_by(100_000)
    shared.note(clocks.wall + 3_600_000)
    assert shared.now_ms() == clocks.wall


def test_a_server_whose_clock_stays_elsewhere_is_followed() -> None:
    clocks = Clocks()
    shared = clocks.shared()
    shared.note(clocks.wall)
    for _ in range(70):
        clocks.pass_by(1000)
        shared.note(clocks.wall + 3_600_000)
    assert shared.now_ms() == clocks.wall + 3_600_000


async def test_every_grant_tells_the_servers_time(queue: RoomQueue, redis: Redis) -> None:
    before = server_now(redis)
    grant = await queue.lease("w", 0, LONG)
    assert before <= grant.now_ms <= server_now(redis)
    await queue.push([Job("1")])
    expire(redis, await lease_one(queue))
