"""What people push to the inbox: entries that name a room, and all others, which become dead letters."""

from collections.abc import Callable

import pytest
from redis import Redis

from rankcrawler.errors import JobError
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import parse
from rankcrawler.queue.lease import Lease
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import ANCHOR, GATE, INBOX, LONG, ROOM, key, lease_one, leased_ids, letter, place_of

SERVERS = ["single", "cluster"]


WELL_FORMED = [
    pytest.param(ROOM, Lease(ROOM, 0, 0, 1), id="a plain id"),
    pytest.param(f" {ROOM}\r\n", Lease(ROOM, 0, 0, 1), id="an id with white space"),
    pytest.param("9223372036854775807", Lease("9223372036854775807", 0, 0, 1), id="the largest id"),
    pytest.param(f'{{"room_id":{ROOM}}}', Lease(ROOM, 0, 0, 1), id="JSON with a number"),
    pytest.param(f'{{ "room_id" : "{ROOM}" }}', Lease(ROOM, 0, 0, 1), id="JSON with a string"),
    pytest.param(
        f'{{"room_id":{ROOM},"anchor_id":{ANCHOR},"every":2.5,"priority":-3}}',
        Lease(ROOM, 0, 0, 1, ANCHOR, Schedule(2.5)),
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
    pytest.param(
        f"http://gw.example/?room_id={ROOM}&every=2.5&every_max=9&token=x&evry=1",
        Lease(ROOM, 0, 0, 1, None, Schedule(2.5, 9.0)),
        id="a URL with a schedule",
    ),
    pytest.param(
        f'{{"url":"https://gw.example/?room_id={ROOM}&anchor_id={ANCHOR}","meta":{{"job-id":"x","room_id":5}},'
        '"url_cookie_key":"y"}',
        Lease(ROOM, 0, 0, 1, ANCHOR),
        id="scrapy-redis's object",
    ),
    pytest.param(
        f'{{"url":"https://gw.example/?room_id={ROOM}&every=60","every":5,"anchor_id":{ANCHOR}}}',
        Lease(ROOM, 0, 0, 1, ANCHOR, Schedule(5.0)),
        id="an object with a URL and fields of its own",
    ),
    pytest.param(f'{{"url":"http://gw.example/?room_id=5","room_id":{ROOM}}}', Lease(ROOM, 0, 0, 1), id="both"),
    pytest.param(f'{{"room_id":{ROOM},"title":"x","user":1,"_":2,"":3}}', Lease(ROOM, 0, 0, 1), id="other keys"),
    pytest.param(f"https://live.douyin.com/123456789012?room_id={ROOM}", Lease(ROOM, 0, 0, 1), id="a live address, id"),
    pytest.param(f'{{"room_id":{ROOM},"web_rid":"123456789012"}}', Lease(ROOM, 0, 0, 1), id="both kinds of id"),
]


@pytest.mark.parametrize(("raw", "expected"), WELL_FORMED)
@pytest.mark.parametrize("push", [Redis.lpush, Redis.rpush], ids=["LPUSH", "RPUSH"])
async def test_a_plain_push_of_a_well_formed_entry_is_leased(
    queue: RoomQueue, redis: Redis, push: Callable[[Redis, str, str], int], raw: str, expected: Lease
) -> None:
    push(redis, INBOX, raw)
    lease = await lease_one(queue)
    assert (lease.room_id, lease.anchor_id, lease.schedule.every) == (
        expected.room_id,
        expected.anchor_id,
        expected.schedule.every,
    )
    assert redis.llen(INBOX) == 0


@pytest.mark.parametrize(("raw", "expected"), WELL_FORMED)
def test_the_queue_and_a_line_of_a_file_agree_on_what_an_entry_means(raw: str, expected: Lease) -> None:
    read = parse(raw)
    assert (read.room_id, read.anchor_id, read.schedule.every) == (
        expected.room_id,
        expected.anchor_id,
        expected.schedule.every,
    )


MALFORMED = [
    pytest.param("hello", "expected a room id", id="garbage"),
    pytest.param("", "expected a room id", id="empty"),
    pytest.param("0", "room_id must be", id="zero"),
    pytest.param("-5", "expected a room id", id="negative"),
    pytest.param("1.5", "expected a room id", id="a float"),
    pytest.param("1e18", "expected a room id", id="an exponent"),
    pytest.param("73012345678901234570", "room_id must be", id="20 digits"),
    pytest.param("9223372036854775808", "from 1 to 9223372036854775807", id="one more than the largest"),
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
    pytest.param("https://gw.example/?room_id=-5", "room_id must be", id="a URL, room_id negative"),
    pytest.param("https://gw.example/?room_id=12.5", "room_id must be", id="a URL, room_id a float"),
    pytest.param("https://gw.example/?room_id=12abc", "room_id must be", id="a URL, room_id garbage"),
    pytest.param("https://gw.example/?xroom_id=5", "expected a room id", id="a URL, another field"),
    pytest.param("ftp://gw.example/?room_id=5", "expected a room id", id="not the web"),
    pytest.param('{"room_id":5,"evry":60}', "evry is not a field of a room: did you mean every?", id="a letter less"),
    pytest.param('{"room_id":5,"Every":60}', "did you mean every?", id="a capital"),
    pytest.param('{"room_id":5,"everyMax":60}', "did you mean every_max?", id="camels"),
    pytest.param('{"room_id":5,"pirority":6}', "did you mean priority?", id="letters swapped"),
    pytest.param('{"room-id":5}', "did you mean room_id?", id="a hyphen"),
    pytest.param('{"room_id":5,"anchor_ids":6}', "did you mean anchor_id?", id="a letter more"),
    pytest.param('{"url":"http://gw.example/?room_id=5","evry":6}', "did you mean every?", id="a slip beside a URL"),
    pytest.param('{"url":"http://gw.example/"}', "room_id must be", id="an object whose URL names no room"),
    pytest.param('{"url":"file:///?room_id=5"}', "room_id must be", id="an object with a URL that is not the web's"),
    pytest.param('{"url":5}', "room_id must be", id="an object with a number for a URL"),
    pytest.param("https://live.douyin.com/123456789012", "live.douyin.com/123456789012 is a web_rid", id="a live page"),
    pytest.param('{"url":"https://live.douyin.com/12345?x=1"}', "is a web_rid", id="a live page in an object"),
    pytest.param("123456789012", "123456789012 is a web_rid", id="a web_rid"),
    pytest.param('{"room_id":"123456789"}', "123456789 is a web_rid", id="a short web_rid"),
    pytest.param('{"web_rid":"123456789012"}', "123456789012 is a web_rid", id="a field web_rid"),
    pytest.param("https://gw.example/?room_id=123456789012", "123456789012 is a web_rid", id="a web_rid in a URL"),
    pytest.param("https://gw.example/?room_id=5&every=x", "every must be", id="a URL with a bad interval"),
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
    with pytest.raises(JobError) as refusal:
        parse(raw if isinstance(raw, str) else raw.decode(errors="replace"))
    if "did you mean" in reason or "web_rid" in reason or "from 1 to" in reason:
        assert reason.rpartition("is not a field")[2] in str(refusal.value)


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
    redis.hset(GATE, "paused", "1")
    redis.rpush(INBOX, ROOM)
    assert (await queue.lease("w", 10, LONG)).leases == []
    assert place_of(redis, ROOM) == "ready"
