"""The order in which rooms are leased."""

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX, LONG, MINUTE, job, lease_one, leased_ids, schedule, server_now

SERVERS = ["single", "cluster"]


async def test_rooms_are_leased_by_the_time_they_are_due(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2"), Job("3")])
    now = server_now(redis)
    for room, ago in (("1", 2000), ("2", 3000), ("3", 1000)):
        schedule(redis, room, now - ago)
    assert await leased_ids(queue) == ["2", "1", "3"]


@pytest.mark.parametrize(("waited_ms", "first"), [(2 * MINUTE - 500, "urgent"), (2 * MINUTE + 1500, "patient")])
async def test_a_step_of_priority_is_a_head_start_of_a_minute(
    queue: RoomQueue, redis: Redis, waited_ms: int, first: str
) -> None:
    rooms = {"patient": "1", "urgent": "2"}
    await queue.push([Job(rooms["patient"]), job(rooms["urgent"], priority=2)])
    now = server_now(redis)
    schedule(redis, rooms["patient"], now - waited_ms)
    schedule(redis, rooms["urgent"], now - 1000 + 500)
    assert (await lease_one(queue)).room_id == rooms[first]


async def test_a_negative_priority_lets_others_pass(queue: RoomQueue) -> None:
    await queue.push([job("1", priority=-1), Job("2")])
    assert await leased_ids(queue) == ["2", "1"]


async def test_priority_does_not_move_the_time_a_room_is_due(queue: RoomQueue, redis: Redis) -> None:
    before = server_now(redis)
    await queue.push([job("1", priority=7)])
    assert before <= (await lease_one(queue)).due_ms <= server_now(redis)


async def test_a_new_priority_counts_for_a_room_that_is_ready(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    schedule(redis, "1", server_now(redis) - 5000)
    await queue.lease("w", 0, LONG)
    await queue.push([job("2", priority=1)])
    assert await leased_ids(queue) == ["2", "1"]


async def test_pushing_a_ready_room_again_keeps_its_place(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    now = server_now(redis)
    schedule(redis, "1", now - 5000)
    schedule(redis, "2", now - 4000)
    await queue.lease("w", 0, LONG)
    await queue.push([Job("1")])
    leases = (await queue.lease("w", 2, LONG)).leases
    assert [(lease.room_id, lease.due_ms) for lease in leases] == [("1", now - 5000), ("2", now - 4000)]


IN_ORDER = ["900", "5", "77", "1", "30", "2"]


async def test_rooms_that_are_pushed_together_are_leased_in_that_order(queue: RoomQueue) -> None:
    await queue.push([job(room, every=60.0) for room in IN_ORDER])
    await queue.push([Job("3"), Job("900")])
    assert await leased_ids(queue) == [*IN_ORDER, "3"]


async def test_entries_of_a_list_are_leased_in_the_order_of_their_pushes(queue: RoomQueue, redis: Redis) -> None:
    redis.lpush(INBOX, *IN_ORDER)
    assert await leased_ids(queue) == IN_ORDER


async def test_entries_of_a_sorted_set_are_leased_in_the_order_of_their_scores(queue: RoomQueue, redis: Redis) -> None:
    redis.zadd(INBOX, {room: 100 - place for place, room in enumerate(IN_ORDER)})
    assert await leased_ids(queue) == IN_ORDER


async def test_the_order_lasts_over_several_intakes_and_pushes(queue: RoomQueue, redis: Redis) -> None:
    rooms = [str(7919 * number % 100_003) for number in range(1, 2001)]
    redis.rpush(INBOX, *reversed(rooms[:800]))
    for _ in range(4):
        await queue.lease("w", 0, LONG)
    await queue.push([Job(room) for room in rooms[800:]])
    assert [room for _ in range(4) for room in await leased_ids(queue, 500)] == rooms


async def test_priority_comes_before_that_order(queue: RoomQueue) -> None:
    await queue.push([Job("3"), job("2", priority=1), Job("1")])
    assert await leased_ids(queue) == ["2", "3", "1"]
