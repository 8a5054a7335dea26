"""A room's way through the queue, on a real server; only its clock's marks are moved, to spare waiting."""

from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Depth, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import ANCHOR, HOUR, INBOX, LONG, ROOM, job, key, lease_one, leased_ids, settle
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]


async def test_a_one_shot_room_is_pushed_leased_done_and_gone(queue: RoomQueue, redis: Redis) -> None:
    assert await queue.push([Job(ROOM)]) == 1
    lease = await lease_one(queue)
    assert (lease.room_id, lease.attempt, lease.anchor_id, lease.schedule.every) == (ROOM, 1, None, None)
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT
    assert await queue.depth() == Depth(0, 0, 0, 0, 0, 0)
    assert set(redis.scan_iter()) - {queue.gate.key} == {key(name) for name in ("ctl", "st", "wrk", "born", "lag")}


async def test_a_leased_room_is_given_to_nobody_else(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await lease_one(queue)
    assert await leased_ids(queue) == []


async def test_a_room_carries_its_anchor_and_interval_into_the_lease(queue: RoomQueue) -> None:
    await queue.push([job(ROOM, ANCHOR, every=0.5, priority=2)])
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.schedule.every) == (ANCHOR, 0.5)


async def test_a_push_counts_only_the_rooms_that_the_queue_did_not_know(queue: RoomQueue) -> None:
    assert await queue.push([Job("1"), Job("2"), Job("1")]) == 2
    await lease_one(queue)
    assert await queue.push([Job("1"), Job("2"), Job("3")]) == 1


async def test_thousands_of_rooms_are_pushed_and_settled_in_one_call(queue: RoomQueue) -> None:
    assert await queue.push(Job(str(room)) for room in range(1, 1202)) == 1201
    leases = [lease for _ in range(3) for lease in (await queue.lease("w", 500, LONG)).leases]
    answers = await queue.settle([Settlement(lease, Outcome.DONE) for lease in leases])
    assert answers == [Settled.KEPT] * 1201


async def test_a_call_leases_at_most_500_rooms(queue: RoomQueue) -> None:
    await queue.push(Job(str(room)) for room in range(1, 602))
    assert len((await queue.lease("w", 10_000, LONG)).leases) == 500


async def test_a_call_for_no_rooms_leases_none(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    assert (await queue.lease("w", 0, LONG)).leases == []
    assert (await queue.depth()).ready == 1


async def test_a_fence_is_larger_than_all_before_it(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room)) for room in range(1, 21))
    fences = [lease.fence for _ in range(10) for lease in (await queue.lease("w", 2, LONG)).leases]
    assert len(fences) == 20
    assert fences == sorted(set(fences))
    ahead = fences[-1] + 10**9
    redis.hset(key("ctl"), "token", str(ahead))  # as if the clock had been set back by 1,000 s
    await queue.push([Job(ROOM)])
    assert (await lease_one(queue)).fence > ahead


async def test_a_fence_grows_though_the_server_forgot_the_last(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    first = await lease_one(queue)
    redis.delete(key("ctl"))
    assert (await lease_one(queue)).fence > first.fence


async def test_depth_counts_every_place(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(job(str(room), every=60.0 if room < 4 else None, priority=1) for room in range(1, 6))
    dead, later, _held = (await queue.lease("w", 3, LONG)).leases
    await settle(queue, dead, Outcome.DEAD, reason="gone")
    await settle(queue, later, Outcome.DEFER, HOUR)
    redis.lpush(INBOX, "8", "9")
    assert await queue.depth() == Depth(inbox=2, ready=2, scheduled=1, leased=1, dead=1, recurring=2)


async def test_a_grant_counts_all_that_is_not_dead(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room)) for room in range(1, 5))
    dead, later = (await queue.lease("w", 2, LONG)).leases
    await settle(queue, dead, Outcome.DEAD)
    await settle(queue, later, Outcome.DEFER, HOUR)
    redis.lpush(INBOX, "8")
    assert (await queue.lease("w", 1, LONG)).pending == 4


async def test_the_script_is_sent_again_after_the_server_forgot_it(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1")])
    redis.script_flush()
    await queue.push([Job("2")])
    assert await leased_ids(queue) == ["1", "2"]


async def test_queues_of_different_inboxes_share_nothing(queue: RoomQueue, redis_url: str) -> None:
    other = RoomQueue(queue_client(redis_url), "other:start_urls")
    await queue.push([Job(ROOM)])
    assert (await other.lease("w", 10, LONG)).leases == []
    await other.close()


async def test_all_keys_of_a_queue_are_in_one_slot_of_a_cluster(queue: RoomQueue) -> None:
    tagged = RoomQueue(queue.redis, "{fleet}:start_urls")
    assert queue.inbox.intake == "rc:{ranklist:start_urls}:intake"
    assert tagged.inbox.intake == "rc:{fleet}:start_urls:intake"
