"""The queue's operations, one by one, on a real server; only its clock's marks are moved, to spare waiting."""

import asyncio
import json
from collections.abc import Callable
from time import monotonic

import pytest
from redis import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from rankcrawler.errors import JobError
from rankcrawler.queue.job import Job, parse
from rankcrawler.queue.lease import Call, Depth, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]
INBOX = "ranklist:start_urls"
ROOM = "7301234567890123457"  # as a float it would be …3504
ANCHOR = "6812345678901234567"
MINUTE = 60_000
HOUR = 60 * MINUTE
LONG = 60_000


def key(name: str) -> str:
    return f"rc:{{{INBOX}}}:{name}"


def server_now(redis: Redis) -> int:
    seconds, microseconds = redis.time()
    return int(seconds) * 1000 + int(microseconds) // 1000


def schedule(redis: Redis, room: str, due_ms: int) -> None:
    """Have a room that is ready or scheduled be due then."""
    redis.zrem(key("ready"), room)
    redis.zadd(key("sched"), {room: due_ms})


def expire(redis: Redis, lease: Lease) -> None:
    redis.zadd(key("lease"), {lease.room_id: 1})


def place_of(redis: Redis, room: str) -> str:
    return " ".join(name for name in ("ready", "sched", "lease", "dead") if redis.zscore(key(name), room) is not None)


def due_of(redis: Redis, room: str) -> int:
    due = redis.zscore(key("sched"), room)
    assert due is not None, f"{room} is not scheduled"
    return int(due)


def letter(redis: Redis, name: str) -> dict[str, object]:
    """What is written of the dead."""
    text = redis.hget(key("info"), name)
    assert text is not None, f"nothing is written of {name}"
    return dict(json.loads(text))


async def lease_one(queue: RoomQueue, worker: str = "w") -> Lease:
    (lease,) = (await queue.lease(worker, 1, LONG)).leases
    return lease


async def leased_ids(queue: RoomQueue, n: int = 10) -> list[str]:
    return [lease.room_id for lease in (await queue.lease("w", n, LONG)).leases]


async def settle(queue: RoomQueue, lease: Lease, outcome: Outcome, delay_ms: int = 0, reason: str = "") -> Settled:
    (answer,) = await queue.settle([Settlement(lease, outcome, delay_ms, reason)])
    return answer


# The way of a room


async def test_a_one_shot_room_is_pushed_leased_done_and_gone(queue: RoomQueue, redis: Redis) -> None:
    assert await queue.push([Job(ROOM)]) == 1
    lease = await lease_one(queue)
    assert (lease.room_id, lease.attempt, lease.anchor_id, lease.every) == (ROOM, 1, None, None)
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT
    assert await queue.depth() == Depth(0, 0, 0, 0, 0, 0)
    assert set(redis.scan_iter()) == {key(name) for name in ("ctl", "st", "wrk", "born", "lag")}


async def test_a_leased_room_is_given_to_nobody_else(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await lease_one(queue)
    assert await leased_ids(queue) == []


async def test_a_room_carries_its_anchor_and_interval_into_the_lease(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM, anchor_id=ANCHOR, every=0.5, priority=2)])
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.every) == (ANCHOR, 0.5)


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


async def test_a_token_is_larger_than_all_before_it(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room)) for room in range(1, 21))
    tokens = [lease.token for _ in range(10) for lease in (await queue.lease("w", 2, LONG)).leases]
    assert len(tokens) == 20
    assert tokens == sorted(set(tokens))
    ahead = tokens[-1] + 10**9
    redis.hset(key("ctl"), "token", str(ahead))  # as if the clock had been set back by 1,000 s
    await queue.push([Job(ROOM)])
    assert (await lease_one(queue)).token > ahead


async def test_a_token_grows_though_the_server_forgot_the_last(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    first = await lease_one(queue)
    redis.delete(key("ctl"))
    assert (await lease_one(queue)).token > first.token


async def test_depth_counts_every_place(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(Job(str(room), every=60.0 if room < 4 else None, priority=1) for room in range(1, 6))
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
    assert queue.intake == "rc:{ranklist:start_urls}:intake"
    assert tagged.intake == "rc:{fleet}:start_urls:intake"


# What people push to the inbox

WELL_FORMED = [
    pytest.param(ROOM, Lease(ROOM, 0, 0, 1), id="a plain id"),
    pytest.param(f" {ROOM}\r\n", Lease(ROOM, 0, 0, 1), id="an id with white space"),
    pytest.param("9223372036854775807", Lease("9223372036854775807", 0, 0, 1), id="the largest id"),
    pytest.param(f'{{"room_id":{ROOM}}}', Lease(ROOM, 0, 0, 1), id="JSON with a number"),
    pytest.param(f'{{ "room_id" : "{ROOM}" }}', Lease(ROOM, 0, 0, 1), id="JSON with a string"),
    pytest.param(
        f'{{"room_id":{ROOM},"anchor_id":{ANCHOR},"every":2.5,"priority":-3}}',
        Lease(ROOM, 0, 0, 1, ANCHOR, 2.5),
        id="JSON with everything",
    ),
    pytest.param(
        f'{{"room_id":"{ROOM}","anchor_id":null,"every":"","priority":null,"note":"x"}}',
        Lease(ROOM, 0, 0, 1),
        id="JSON with blanks",
    ),
    pytest.param(
        f'{{"user":{{"room_id":5}},"room_id":{ROOM}}}', Lease(ROOM, 0, 0, 1), id="JSON with another id inside"
    ),
    pytest.param(
        f"https://gw.example/ranklist?a=1&room_id={ROOM}&anchor_id={ANCHOR}&b=2",
        Lease(ROOM, 0, 0, 1, ANCHOR),
        id="a gateway URL",
    ),
    pytest.param(f"http://gw.example/?room_id={ROOM}#top", Lease(ROOM, 0, 0, 1), id="a URL with a fragment"),
]


@pytest.mark.parametrize(("raw", "expected"), WELL_FORMED)
@pytest.mark.parametrize("push", [Redis.lpush, Redis.rpush], ids=["LPUSH", "RPUSH"])
async def test_a_plain_push_of_a_well_formed_entry_is_leased(
    queue: RoomQueue, redis: Redis, push: Callable[[Redis, str, str], int], raw: str, expected: Lease
) -> None:
    push(redis, INBOX, raw)
    lease = await lease_one(queue)
    assert (lease.room_id, lease.anchor_id, lease.every) == (expected.room_id, expected.anchor_id, expected.every)
    assert redis.llen(INBOX) == 0


@pytest.mark.parametrize(("raw", "expected"), WELL_FORMED)
def test_the_queue_and_a_line_of_a_file_agree_on_what_an_entry_means(raw: str, expected: Lease) -> None:
    job = parse(raw)
    assert (job.room_id, job.anchor_id, job.every) == (expected.room_id, expected.anchor_id, expected.every)


MALFORMED = [
    pytest.param("hello", "expected a room id", id="garbage"),
    pytest.param("", "expected a room id", id="empty"),
    pytest.param("0", "expected a room id", id="zero"),
    pytest.param("-5", "expected a room id", id="negative"),
    pytest.param("1.5", "expected a room id", id="a float"),
    pytest.param("1e18", "expected a room id", id="an exponent"),
    pytest.param("73012345678901234570", "expected a room id", id="20 digits"),
    pytest.param("9223372036854775808", "expected a room id", id="one more than the largest"),
    pytest.param("12 13", "expected a room id", id="two ids"),
    pytest.param("12\x00", "expected a room id", id="an id and a zero byte"),
    pytest.param("null", "expected a room id", id="null"),
    pytest.param("[7301234567890123457]", "expected a room id", id="an array"),
    pytest.param('"7301234567890123457"', "expected a room id", id="a JSON string"),
    pytest.param("x" * 10_240, "longer than 4096 bytes", id="10 KB"),
    pytest.param(b"\x00\xff\xfe\x80room", "expected a room id", id="binary"),
    pytest.param(b"\x80\x04\x95\x10\x00\x00\x00", "expected a room id", id="a pickle"),
    pytest.param('{"room_id":', "broken JSON", id="half an object"),
    pytest.param("{" * 3000, "broken JSON", id="a nest of objects"),
    pytest.param("{}", "room_id must be", id="no room_id"),
    pytest.param('{"anchor_id":6812345678901234567}', "room_id must be", id="only an anchor"),
    pytest.param('{"data":{"room_id":7301234567890123457}}', "room_id must be", id="a nested room_id"),
    pytest.param('{"note":"\\"room_id\\":5"}', "room_id must be", id="a room_id in a text"),
    pytest.param('{"room_id":null}', "room_id must be", id="room_id null"),
    pytest.param('{"room_id":true}', "room_id must be", id="room_id true"),
    pytest.param('{"room_id":[5]}', "room_id must be", id="room_id in an array"),
    pytest.param('{"room_id":-5}', "room_id must be", id="room_id negative"),
    pytest.param('{"room_id":5.0}', "room_id must be", id="room_id a float"),
    pytest.param('{"room_id":7.3e18}', "room_id must be", id="room_id with an exponent"),
    pytest.param('{"room_id":73012345678901234570}', "room_id must be", id="room_id of 20 digits"),
    pytest.param('{"room_id":9223372036854775808}', "room_id must be", id="room_id past the largest"),
    pytest.param('{"room_id":5,"anchor_id":"x"}', "anchor_id must be", id="anchor_id a word"),
    pytest.param('{"room_id":5,"every":0.05}', "every must be", id="every too small"),
    pytest.param('{"room_id":5,"every":0}', "every must be", id="every zero"),
    pytest.param('{"room_id":5,"every":2592001}', "every must be", id="every too large"),
    pytest.param('{"room_id":5,"every":"often"}', "every must be", id="every a word"),
    pytest.param('{"room_id":5,"every":[1]}', "every must be", id="every an array"),
    pytest.param('{"room_id":5,"every":true}', "every must be", id="every true"),
    pytest.param('{"room_id":5,"every_max":"x"}', "every_max must be", id="every_max a word"),
    pytest.param('{"room_id":5,"every":60,"every_max":30}', "every_max must be", id="every_max below every"),
    pytest.param('{"room_id":5,"priority":"high"}', "priority must be", id="priority a word"),
    pytest.param('{"room_id":5,"priority":1001}', "priority must be", id="priority too high"),
    pytest.param('{"room_id":5,"priority":0.5}', "priority must be", id="priority half"),
    pytest.param("https://gw.example/ranklist", "expected a room id", id="a URL without room_id"),
    pytest.param("https://gw.example/?room_id=-5", "expected a room id", id="a URL, room_id negative"),
    pytest.param("https://gw.example/?room_id=12.5", "expected a room id", id="a URL, room_id a float"),
    pytest.param("https://gw.example/?room_id=12abc", "expected a room id", id="a URL, room_id garbage"),
    pytest.param("https://gw.example/?xroom_id=5", "expected a room id", id="a URL, another field"),
    pytest.param("ftp://gw.example/?room_id=5", "expected a room id", id="not the web"),
]


@pytest.mark.parametrize(("raw", "reason"), MALFORMED)
async def test_a_malformed_entry_is_a_dead_letter_and_its_neighbours_are_leased(
    queue: RoomQueue, redis: Redis, raw: str | bytes, reason: str
) -> None:
    redis.rpush(INBOX, "101", raw, ROOM)
    grant = await queue.lease("w", 10, LONG)
    assert {lease.room_id for lease in grant.leases} == {"101", ROOM}
    assert grant.unreadable == 1
    (name,) = redis.zrange(key("dead"), 0, -1)
    assert str(name).startswith("?")
    written = letter(redis, str(name))
    assert reason in str(written["reason"])
    text = raw if isinstance(raw, str) else raw.decode(errors="surrogateescape")
    assert written["raw"] == text[:500]
    assert redis.llen(INBOX) == 0


@pytest.mark.parametrize(("raw", "reason"), MALFORMED)
def test_what_the_queue_refuses_a_line_of_a_file_may_not_say_either(raw: str | bytes, reason: str) -> None:
    del reason
    with pytest.raises(JobError):
        parse(raw if isinstance(raw, str) else raw.decode(errors="replace"))


async def test_all_malformed_entries_of_a_batch_are_counted_and_kept(queue: RoomQueue, redis: Redis) -> None:
    raws = [case.values[0] for case in MALFORMED]
    redis.rpush(INBOX, *raws, ROOM)  # type: ignore[arg-type] # the cases' values have no type
    grant = await queue.lease("w", 10, LONG)
    assert [lease.room_id for lease in grant.leases] == [ROOM]
    assert grant.unreadable == len(raws)
    assert grant.pending == 1
    assert redis.hget(key("st"), "unreadable") == str(len(raws))
    assert redis.zcard(key("dead")) == redis.hlen(key("info")) == len(raws)


async def test_a_number_that_could_be_either_of_two_ids_is_refused(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, '{"user":{"room_id":7301234567890123456},"room_id":7301234567890123457}')
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.unreadable) == ([], 1)


async def test_the_same_malformed_entry_twice_is_one_letter(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, "hello", "hello")
    assert (await queue.lease("w", 10, LONG)).unreadable == 2
    assert redis.zcard(key("dead")) == 1


async def test_what_people_push_is_taken_in_by_portions_and_none_is_lost(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, *range(1, 601))
    leased: set[str] = set()
    for expected in (256, 512, 600):
        leased.update(await leased_ids(queue, 500))
        assert len(leased) == expected
    assert leased == {str(room) for room in range(1, 601)}


async def test_entries_are_taken_in_while_the_queue_is_paused(queue: RoomQueue, redis: Redis) -> None:
    redis.hset(key("ctl"), "paused", "1")
    redis.rpush(INBOX, ROOM)
    assert (await queue.lease("w", 10, LONG)).leases == []
    assert place_of(redis, ROOM) == "ready"


# The order


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
    await queue.push([Job(rooms["patient"]), Job(rooms["urgent"], priority=2)])
    now = server_now(redis)
    schedule(redis, rooms["patient"], now - waited_ms)
    schedule(redis, rooms["urgent"], now - 1000 + 500)
    assert (await lease_one(queue)).room_id == rooms[first]


async def test_a_negative_priority_lets_others_pass(queue: RoomQueue) -> None:
    await queue.push([Job("1", priority=-1), Job("2")])
    assert await leased_ids(queue) == ["2", "1"]


async def test_priority_does_not_move_the_time_a_room_is_due(queue: RoomQueue, redis: Redis) -> None:
    before = server_now(redis)
    await queue.push([Job("1", priority=7)])
    assert before <= (await lease_one(queue)).due_ms <= server_now(redis)


async def test_a_new_priority_counts_for_a_room_that_is_ready(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1"), Job("2")])
    schedule(redis, "1", server_now(redis) - 5000)
    await queue.lease("w", 0, LONG)
    await queue.push([Job("2", priority=1)])
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


# Recurring rooms


@pytest.mark.parametrize(("late_ms", "ticks"), [(0, 1), (59_000, 1), (61_000, 2), (600_500, 11)])
async def test_a_recurring_room_keeps_its_phase_and_its_missed_ticks_are_counted(
    queue: RoomQueue, redis: Redis, late_ms: int, ticks: int
) -> None:
    await queue.push([Job(ROOM, every=60.0)])
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
    await queue.push([Job(ROOM, every=60.0)])
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
    await queue.push([Job(ROOM, every=60.0)])
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
    await queue.push([Job(ROOM, every=60.0)])
    await queue.push([Job(ROOM, every=0.0)])
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert place_of(redis, ROOM) == ""
    assert redis.hlen(key("def")) == 0


async def test_what_a_push_leaves_out_stays_as_it_was(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM, anchor_id=ANCHOR, every=60.0, priority=3)])
    await queue.push([Job(ROOM, every=30.0)])
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.every) == (ANCHOR, 30.0)


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
    await queue.push([Job(ROOM, every=60.0, every_max=500.0)])
    same = [await interval_after(queue, redis, Outcome.UNCHANGED) // MINUTE for _ in range(6)]
    assert same == [2, 3, 5, 8, 8, 8]  # and not 12, which is above 500 s
    moved = [await interval_after(queue, redis, Outcome.DONE) // MINUTE for _ in range(5)]
    assert moved == [4, 2, 1, 1, 1]
    assert redis.exists(key("pace")) == 0
    assert (redis.hget(key("st"), "done"), redis.hget(key("st"), "unchanged")) == ("11", "6")


async def test_a_room_that_adapts_keeps_its_phase_and_misses_only_polls_it_would_have_had(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([Job(ROOM, every=60.0, every_max=500.0)])
    due = server_now(redis) - 5 * MINUTE - 1000
    schedule(redis, ROOM, due)
    await settle(queue, await lease_one(queue), Outcome.UNCHANGED)
    assert due_of(redis, ROOM) == due + 6 * MINUTE
    assert redis.hget(key("st"), "missed") == "2"


async def test_a_room_that_does_not_adapt_keeps_its_interval(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM, every=60.0)])
    assert {await interval_after(queue, redis, Outcome.UNCHANGED) for _ in range(4)} == {MINUTE}
    assert redis.exists(key("pace")) == 0


@pytest.mark.parametrize("change", [Job(ROOM, every=30.0), Job(ROOM, every_max=600.0), Job(ROOM, every_max=0.0)])
async def test_a_new_interval_begins_anew(queue: RoomQueue, redis: Redis, change: Job) -> None:
    await queue.push([Job(ROOM, every=60.0, every_max=500.0)])
    await interval_after(queue, redis, Outcome.UNCHANGED)
    await queue.push([change])
    assert redis.exists(key("pace")) == 0
    every = round((change.every or 60.0) * 1000)
    assert await interval_after(queue, redis, Outcome.UNCHANGED) == (every if change.every_max == 0 else 2 * every)


# The end of a recurring room


async def test_a_recurring_room_that_was_polled_and_then_is_gone_is_retired_until_it_is_pushed(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([Job(ROOM, ANCHOR, 60.0, -2, 600.0)])
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
    await queue.push([Job(ROOM, every=every)])
    assert await settle(queue, await lease_one(queue), Outcome.DEAD, reason="HTTP 404") is Settled.DEAD
    assert place_of(redis, ROOM) == "dead"


async def test_a_recurring_room_whose_attempts_are_used_up_is_dead_and_not_retired(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.push([Job(ROOM, every=60.0)])
    await interval_after(queue, redis, Outcome.DONE)
    schedule(redis, ROOM, server_now(redis))
    answers = [await settle(queue, await lease_one(queue), Outcome.RETRY) for _ in range(3)]
    assert answers[-1] is Settled.DEAD


async def test_pushing_a_scheduled_room_polls_it_now(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM, every=3600.0)])
    await settle(queue, await lease_one(queue), Outcome.DONE)
    assert place_of(redis, ROOM) == "sched"
    assert await queue.push([Job(ROOM)]) == 0
    assert place_of(redis, ROOM) == "ready"
    assert (await lease_one(queue)).every == 3600.0


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
    await queue.push([Job(ROOM, every=60.0, anchor_id=ANCHOR)])
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
    await queue.push([Job(ROOM, every=60.0)])
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
    await queue.push([Job(ROOM, priority=4)])
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
    await queue.push([Job(ROOM, anchor_id=ANCHOR, every=60.0, priority=-2)])
    await settle(queue, await lease_one(queue), Outcome.RETRY)
    await settle(queue, await lease_one(queue), Outcome.DEAD, reason="gone")
    assert await queue.push([Job(ROOM)]) == 1
    assert redis.exists(key("dead"), key("info")) == 0
    assert redis.hget(key("def"), ROOM) == f"60000:-2:{ANCHOR}"
    lease = await lease_one(queue)
    assert (lease.anchor_id, lease.every, lease.attempt) == (ANCHOR, 60.0, 1)


# Lost leases


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_settling_a_lost_lease_changes_nothing(queue: RoomQueue, redis: Redis, outcome: Outcome) -> None:
    await queue.push([Job(ROOM, every=60.0)])
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
    await queue.push([Job(ROOM, every=60.0)])
    await settle(queue, lease, Outcome.DONE)
    lease = await lease_one(queue)
    assert lease.every == 60.0
    await settle(queue, lease, Outcome.DONE)
    assert place_of(redis, ROOM) == "sched"


# Gates and waits


async def test_a_held_queue_leases_nothing_until_the_hold_is_over(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.hold(120)
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state) == ([], "held")
    assert 0 < grant.wait_ms <= 120
    await asyncio.sleep(grant.wait_ms / 1000 + 0.01)
    grant = await queue.lease("w", 10, LONG)
    assert ([lease.room_id for lease in grant.leases], grant.state) == ([ROOM], "run")


async def test_a_shorter_hold_does_not_cut_a_longer_one(queue: RoomQueue) -> None:
    await queue.hold(HOUR)
    await queue.hold(10)
    assert (await queue.lease("w", 1, LONG)).wait_ms > HOUR - 10_000


async def test_a_stopped_queue_leases_nothing_and_says_why(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.stop("the token is refused")
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state, grant.reason) == ([], "stopped", "the token is refused")
    await queue.resume()
    assert await leased_ids(queue) == [ROOM]


async def test_a_paused_queue_leases_nothing(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    redis.hset(key("ctl"), "paused", "1")
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state, grant.pending) == ([], "paused", 1)
    assert grant.wait_ms > 0
    redis.hdel(key("ctl"), "paused")
    assert await leased_ids(queue) == [ROOM]


async def test_a_paused_queue_takes_settlements(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    redis.hset(key("ctl"), "paused", "1")
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT


async def test_there_is_no_wait_while_more_is_ready(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2")])
    assert (await queue.lease("w", 1, LONG)).wait_ms == 0
    assert (await queue.lease("w", 1, LONG)).wait_ms > 0


async def test_there_is_no_wait_while_more_stands_in_the_inbox(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, *range(1, 400))
    assert (await queue.lease("w", 500, LONG)).wait_ms == 0


async def test_waiting_ends_soon_after_a_push(queue: RoomQueue, redis: Redis) -> None:
    waiting = asyncio.create_task(queue.wait(5))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    pushed_at = monotonic()
    redis.lpush(INBOX, ROOM)
    assert await waiting
    assert monotonic() - pushed_at < 0.2
    assert redis.lrange(queue.intake, 0, -1) == [ROOM]
    assert await leased_ids(queue) == [ROOM]


async def test_waiting_ends_when_its_seconds_are_over(queue: RoomQueue) -> None:
    began = monotonic()
    assert not await queue.wait(1)
    assert 0.9 < monotonic() - began < 1.5


async def test_waiting_ends_where_the_clients_own_timeout_is_shorter(redis_url: str) -> None:
    impatient = RoomQueue(queue_client(redis_url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)))
    assert not await impatient.wait(5)
    await impatient.close()
