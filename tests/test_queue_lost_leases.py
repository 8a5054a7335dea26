"""Leases that expire, and calls whose answer is lost."""

import asyncio

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import HOUR, LONG, ROOM, expire, job, key, lease_one, leased_ids, letter, place_of, server_now, settle

SERVERS = ["single", "cluster"]


# Lost leases


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_settling_a_lost_lease_changes_nothing(queue: RoomQueue, redis: Redis, outcome: Outcome) -> None:
    await queue.push([job(ROOM, every=60.0)])
    old = await lease_one(queue)
    expire(redis, old)
    new = await lease_one(queue, "another")
    assert new.room_id == ROOM
    before = {name: redis.dump(name) for name in redis.scan_iter()}
    assert await settle(queue, old, outcome, 5000, "late") is Settled.LOST
    assert {name: redis.dump(name) for name in redis.scan_iter()} == before
    assert await settle(queue, new, Outcome.DONE) is Settled.KEPT


async def test_a_lease_is_settled_once(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    both = [Settlement(lease, Outcome.RELEASE), Settlement(lease, Outcome.DEAD)]
    assert await queue.settle(both) == [Settled.KEPT, Settled.LOST]
    assert place_of(redis, ROOM) == "ready"


async def test_settlements_of_one_call_do_not_touch_each_other(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2"), Job("3")])
    first, second, third = (await queue.lease("w", 3, LONG)).leases
    expire(redis, second)
    again = await lease_one(queue)
    answers = await queue.settle([Settlement(lease, Outcome.DONE) for lease in (first, second, third, again)])
    assert answers == [Settled.KEPT, Settled.LOST, Settled.KEPT, Settled.KEPT]


async def test_an_expired_lease_that_nobody_took_may_still_be_settled(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    expire(redis, lease)
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT
    assert place_of(redis, ROOM) == ""


async def test_a_lease_expires_after_its_ttl(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.lease("w", 1, 60)
    assert (await queue.lease("w", 1, 60)).leases == []
    await asyncio.sleep(0.08)
    assert await leased_ids(queue) == [ROOM]


async def test_an_expired_lease_counts_as_an_attempt(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    expire(redis, await lease_one(queue))
    lease = await lease_one(queue)
    assert (lease.room_id, lease.attempt) == (ROOM, 2)
    assert redis.hget(key("st"), "expired") == "1"


async def test_a_room_that_outlives_its_workers_again_and_again_is_dead(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    for _ in range(3):
        expire(redis, await lease_one(queue))
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.vanished, grant.pending) == ([], 1, 0)
    assert letter(redis, ROOM)["reason"] == "its worker vanished"
    assert redis.exists(key("own"), key("att"), key("lease")) == 0


async def test_renewing_lengthens_a_lease(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    before = server_now(redis)
    assert await queue.renew([lease], HOUR) == [True]
    expiry = redis.zscore(key("lease"), ROOM)
    assert expiry is not None
    assert before + HOUR <= expiry <= server_now(redis) + HOUR


async def test_renewing_tells_lost_leases_from_kept_ones(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    kept, lost = (await queue.lease("w", 2, LONG)).leases
    expire(redis, lost)
    new = await lease_one(queue)
    expiry = redis.zscore(key("lease"), "2")
    assert await queue.renew([kept, lost, Lease("3", 1, 0, 1)], HOUR) == [True, False, False]
    assert redis.zscore(key("lease"), "2") == expiry
    assert redis.zscore(key("lease"), "3") is None
    assert await queue.renew([new], HOUR) == [True]


# Calls whose answer was lost


async def test_what_a_lost_answer_leased_is_given_by_the_next_call_and_no_attempt_is_counted(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2"), Job("3")])
    heard = (await queue.lease(Call("w", 1, 0), 1, LONG)).leases
    lost = (await queue.lease(Call("w", 2, 1), 1, LONG)).leases
    again = (await queue.lease(Call("w", 3, 1), 5, LONG)).leases
    assert [lease.room_id for lease in (*heard, *lost)] == ["1", "2"]
    assert [(lease.room_id, lease.attempt) for lease in again] == [("2", 1), ("3", 1)]
    assert await queue.renew([*heard, *lost, *again], LONG) == [True, False, True, True]


async def test_a_call_for_leases_that_is_made_twice_leases_once(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2"), Job("3")])
    first = await queue.lease(Call("w", 1, 0), 1, LONG)
    again = await queue.lease(Call("w", 1, 0), 1, LONG)
    assert [lease.room_id for grant in (first, again) for lease in grant.leases] == ["1", "1"]
    assert (await queue.depth()).leased == 1


async def test_a_call_for_leases_that_comes_after_a_later_one_leases_nothing(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2")])
    given = (await queue.lease(Call("w", 2, 0), 1, LONG)).leases
    assert (await queue.lease(Call("w", 1, 0), 1, LONG)).leases == []
    assert await queue.renew(given, LONG) == [True]


async def test_a_lost_answer_takes_nothing_from_another_worker(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    (lost,) = (await queue.lease(Call("w", 1, 0), 1, LONG)).leases
    expire(redis, lost)
    taken = await lease_one(queue, "another")
    assert (await queue.lease(Call("w", 2, 0), 1, LONG)).leases == []
    assert await queue.renew([taken], LONG) == [True]


async def test_a_settlement_that_is_made_twice_is_answered_as_the_first_time(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2"), Job("3")])
    first, second, third = (await queue.lease("w", 3, LONG)).leases
    ends = [Settlement(first, Outcome.DONE), Settlement(second, Outcome.DEAD), Settlement(first, Outcome.DONE)]
    answers = [await queue.settle(ends, Call("w", 1)) for _ in range(2)]
    assert answers == [[Settled.KEPT, Settled.DEAD, Settled.LOST]] * 2
    assert await queue.settle([Settlement(third, Outcome.DONE)], Call("w", 2)) == [Settled.KEPT]
