"""What becomes of a lease: each of Scrapy's signals settles it, on a real queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from redis import Redis
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import MemoryStatsCollector
from twisted.python.failure import Failure

from rankcrawler.errors import QueueStopped, RefusedByStore, StoreUnavailable, WrongAddress
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.extensions.outage import ROOMS
from rankcrawler.extensions.peers import Peers
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token
from rankcrawler.handler import GatewayResponse
from rankcrawler.model.items import Poll
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.lease import Lease
from tests.builders import failed, polled, snapshot
from tests.options import options
from tests.queued import GATE, HOUR, job, key, letter, place_of, server_now

HOST = "http://gateway.test/"


class Others(Peers):
    """The other components, as far as the test says."""

    def __init__(self, tokens: int) -> None:
        self.polls: dict[int, Poll] = {}
        self.requests: set[Request] = set()
        self._keyring = Keyring([Token(f"a-canary-token-{number}") for number in range(tokens)])

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    def stored(self, fence: int) -> Poll | None:
        return self.polls.pop(fence, None)

    def scraped(self) -> set[Request]:
        return self.requests


class Crawl:
    """An extension with its leases, and the signals that Scrapy would send."""

    def __init__(self, leasing: Leasing, stats: MemoryStatsCollector, peers: "Others") -> None:
        self.leasing = leasing
        self.peers = peers
        self.leases = leasing.leases([], "ranklist")
        self.stats = stats

    async def scraped(self, lease: Lease, poll: Poll, token: int = 1) -> None:
        """The store took the poll, and its item has come through the pipelines."""
        self.peers.polls[lease.fence] = poll
        await self.leasing._item_scraped(answer(lease, token))

    async def settled(self) -> None:
        """Wait until the queue has every settlement."""
        worker = self.leasing.worker
        assert worker is not None
        async with asyncio.timeout(5):
            while len(worker._window):  # noqa: ASYNC110 — the worker sets no event for it
                await asyncio.sleep(0.002)


def answer(lease: Lease | None, token: int = 1) -> Response:
    request = Request(HOST, cb_kwargs={} if lease is None else {"lease": lease})
    return GatewayResponse(HOST, reply=Reply(200, [], b"", token), request=request)


@asynccontextmanager
async def crawling(redis_url: str, tokens: int = 1, **settings: Any) -> AsyncIterator[Crawl]:
    stats = MemoryStatsCollector(Crawler(Spider))
    chosen = options(
        REDIS_URL=redis_url, ROOM_BACKOFF=60, ROOM_ATTEMPTS=3, GATEWAY_URL="http://gateway.test", **settings
    )
    peers = Others(tokens)
    crawl = Crawl(Leasing(chosen, stats, peers), stats, peers)
    try:
        yield crawl
    finally:
        await crawl.leases.aclose()  # type: ignore[attr-defined] # an asynchronous generator behind its interface
        await crawl.leasing._spider_closed(Spider("none"))


async def push(redis: Redis, count: int = 1) -> None:
    redis.rpush("ranklist:start_urls", *range(1, count + 1))


async def test_a_stored_list_is_done_and_one_that_is_as_before_is_unchanged(redis: Redis, redis_url: str) -> None:
    await push(redis, 2)
    async with crawling(redis_url) as crawl:
        for kept in ("stored", "unchanged"):
            poll = polled(snapshot())
            await crawl.scraped(await anext(crawl.leases), type(poll)(poll.found, kept=kept))
        await crawl.settled()
    assert redis.hgetall(key("st")) == {"pushed": "2", "done": "2", "unchanged": "1"}


async def test_a_dropped_item_is_done(redis: Redis, redis_url: str) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        await crawl.leasing._item_dropped(polled(snapshot()), answer(await anext(crawl.leases)))
        await crawl.settled()
    assert redis.hget(key("st"), "done") == "1"


async def test_a_room_whose_poll_was_taken_away_is_polled_again_and_says_so(redis: Redis, redis_url: str) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        for _ in range(3):
            lease = await anext(crawl.leases)
            request = answer(lease).request
            assert request is not None
            crawl.peers.requests.add(request)
            crawl.leasing.parsed(lease)
            await crawl.leasing._item_scraped(answer(lease))  # of another item, made by another component
            crawl.leasing._unstored.look()
            assert crawl.leasing.worker is not None
            assert crawl.leasing.worker._window.open() == [lease]
            crawl.peers.requests.clear()
            await crawl.settled()
            if redis.zscore(key("sched"), "1"):
                redis.zadd(key("sched"), {"1": 1})
    assert "was not stored" in str(letter(redis, "1")["reason"])


@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_failed_poll_that_a_pipeline_drops_is_still_a_failed_poll(
    redis: Redis, redis_url: str, is_stored: bool
) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        lease, poll = await anext(crawl.leases), polled(failed())
        if is_stored:
            crawl.peers.polls[lease.fence] = poll
        await crawl.leasing._item_dropped(poll if not is_stored else {"made": "of it"}, answer(lease))
        await crawl.settled()
    assert redis.hget(key("st"), "retry") == "1"


@pytest.mark.parametrize(
    ("error", "counter"),
    [
        (StoreUnavailable("locked"), "release"),
        (RefusedByStore("too large"), "retry"),
        (ZeroDivisionError("a defect"), "retry"),
    ],
)
async def test_an_exception_is_a_retry_unless_the_store_is_unavailable(
    redis: Redis, redis_url: str, error: Exception, counter: str
) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        crawl.leasing._failed(answer(await anext(crawl.leases)), Failure(error))  # type: ignore[no-untyped-call]
        await crawl.settled()
    assert redis.hget(key("st"), counter) == "1"


GONE = {"action": "gone", "reason": "HTTP 404: no such room", "status": 404, "code": 404}
GONE_ONCE = GONE | {"action": "gone_once"}
PAGE = {"action": "retry", "reason": "HTTP 404: a web server's answer", "status": 404}


async def test_a_room_that_is_gone_is_looked_at_twice_and_then_dies_with_the_reason(
    redis: Redis, redis_url: str
) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        lease = await anext(crawl.leases)
        assert not lease.gone_once
        await crawl.scraped(lease, polled(failed(**GONE_ONCE)))
        await crawl.settled()
        due = redis.zscore(key("sched"), "1")
        assert due is not None
        assert 5 * 60_000 < due - server_now(redis) + 1000 < 10 * 60_000 + 2000, "of the backoff, which is a minute"
        redis.zadd(key("sched"), {"1": 1})
        lease = await anext(crawl.leases)
        assert (lease.gone_once, lease.attempt) == (True, 1)
        await crawl.scraped(lease, polled(failed(**GONE)))
        await crawl.settled()
    assert letter(redis, "1")["reason"] == "HTTP 404: no such room"
    assert crawl.stats.get_stats()["rankcrawler/polls/gone"] == 1
    assert crawl.stats.get_stats()["rankcrawler/polls/gone_once"] == 1
    assert crawl.stats.get_stats()["rankcrawler/dead/HTTP 404: no such room"] == 1


async def test_a_recurring_room_is_looked_at_again_at_its_next_tick(redis: Redis, redis_url: str) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        lease = msgspec.structs.replace(await anext(crawl.leases), schedule=Schedule(3600.0), was_polled=True)
        crawl.leasing.worker._window._held["1"] = lease  # type: ignore[union-attr]
        await crawl.scraped(lease, polled(failed(**GONE_ONCE)))
        await crawl.settled()
    assert (redis.zscore(key("sched"), "1") or 0) - server_now(redis) == pytest.approx(HOUR, abs=2000)


async def polled_before(crawl: Crawl, *, is_last: bool = False) -> Lease:
    """A lease of a room that was polled before."""
    lease = msgspec.structs.replace(await anext(crawl.leases), was_polled=True, is_last=is_last)
    crawl.leasing.worker._window._held[lease.room_id] = lease  # type: ignore[union-attr]
    return lease


async def test_many_rooms_that_were_polled_before_and_are_gone_are_an_outage(redis: Redis, redis_url: str) -> None:
    await push(redis, ROOMS + 1)
    async with crawling(redis_url) as crawl:
        leases = [await polled_before(crawl) for _ in range(ROOMS + 1)]
        crawl.leasing._listed()
        for lease in leases:
            await crawl.scraped(lease, polled(failed(**GONE)))
        await crawl.settled()
        assert crawl.leasing._outage.is_on
        assert not crawl.leasing.trusts_the_gateway()
    assert redis.zcard(key("dead")) + redis.zcard(key("retired")) == ROOMS - 1, "those before it was known"
    assert crawl.stats.get_stats()["rankcrawler/polls/outage"] == 2


async def test_many_rooms_may_be_gone_at_the_last_poll_after_their_broadcasts(redis: Redis, redis_url: str) -> None:
    await push(redis, 3 * ROOMS)
    async with crawling(redis_url) as crawl:
        leases = [await polled_before(crawl, is_last=True) for _ in range(3 * ROOMS)]
        for lease in leases:
            await crawl.scraped(lease, polled(failed(**GONE)))
        await crawl.settled()
        assert not crawl.leasing._outage.is_on
    assert redis.zcard(key("dead")) + redis.zcard(key("retired")) == 3 * ROOMS


async def test_many_rooms_may_fail_at_the_last_poll_after_their_broadcasts(redis: Redis, redis_url: str) -> None:
    await push(redis, 3 * ROOMS)
    async with crawling(redis_url) as crawl:
        leases = [await polled_before(crawl, is_last=True) for _ in range(3 * ROOMS)]
        for lease in leases:
            await crawl.scraped(lease, polled(failed()))
        await crawl.settled()
        assert not crawl.leasing._outage.is_on
    assert redis.zcard(key("sched")) + redis.zcard(key("ready")) == 3 * ROOMS
    assert redis.hlen(key("att")) == 3 * ROOMS, "an attempt each"


async def test_many_new_rooms_may_be_gone_once_the_gateway_has_sent_a_list(redis: Redis, redis_url: str) -> None:
    await push(redis, 3 * ROOMS)
    async with crawling(redis_url) as crawl:
        leases = [await anext(crawl.leases) for _ in range(3 * ROOMS)]
        crawl.leasing._listed()
        for lease in leases:
            await crawl.scraped(lease, polled(failed(**GONE)))
        await crawl.settled()
        assert not crawl.leasing._outage.is_on
    assert redis.zcard(key("dead")) == 3 * ROOMS


async def test_before_any_list_rooms_that_are_all_gone_mean_that_the_address_is_wrong(
    redis: Redis, redis_url: str
) -> None:
    await push(redis, ROOMS)
    async with crawling(redis_url) as crawl:
        leases = [await anext(crawl.leases) for _ in range(ROOMS)]
        for lease in leases:
            await crawl.scraped(lease, polled(failed(**GONE_ONCE)))
        with pytest.raises(WrongAddress, match=r"GATEWAY_URL \(http://gateway.test\) may be wrong.*VERDICTS"):
            await anext(crawl.leases)
    assert redis.zcard(key("dead")) == 0
    assert redis.zcard(key("sched")) + redis.zcard(key("ready")) == ROOMS


async def test_a_users_verdict_is_believed_of_new_rooms(redis: Redis, redis_url: str) -> None:
    await push(redis, 3 * ROOMS)
    async with crawling(redis_url, VERDICTS="http:404=gone") as crawl:
        for _ in range(3 * ROOMS):
            await crawl.scraped(await anext(crawl.leases), polled(failed(**GONE)))
        await crawl.settled()
    assert redis.zcard(key("dead")) == 3 * ROOMS


async def test_before_any_list_two_answers_of_a_web_server_mean_that_the_address_is_wrong(
    redis: Redis, redis_url: str
) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        await crawl.scraped(await anext(crawl.leases), polled(failed(**PAGE)))
        await crawl.settled()
        redis.zadd(key("sched"), {"1": 1})
        lease = await anext(crawl.leases)
        assert lease.attempt == 1, "it cost no attempt"
        await crawl.scraped(lease, polled(failed(**PAGE)))
        with pytest.raises(WrongAddress, match=r"seems to be wrong.*HTTP 404: a web server's answer.*/douyin/liveroom"):
            await anext(crawl.leases)
    assert place_of(redis, "1") in ("ready", "sched")


@pytest.mark.parametrize("when", ["this run", "a run before"])
async def test_after_a_list_a_web_servers_answer_is_a_failure_like_others(
    redis: Redis, redis_url: str, when: str
) -> None:
    await push(redis, ROOMS)
    if when == "a run before":
        redis.hset(key("st"), "done", "1")
    async with crawling(redis_url) as crawl:
        leases = [await anext(crawl.leases) for _ in range(ROOMS)]
        if when == "this run":
            crawl.leasing._listed()
        for lease in leases:
            await crawl.scraped(lease, polled(failed(**PAGE)))
        await crawl.settled()
        assert crawl.leasing._outage.is_on
    assert redis.zcard(key("dead")) == 0


@pytest.mark.parametrize("soft", [{"status": 200}, {"status": 400, "code": 400}, {"status": 200, "status_code": 10011}])
async def test_failures_of_any_form_that_many_rooms_share_cost_no_attempt(
    redis: Redis, redis_url: str, soft: dict[str, int]
) -> None:
    await push(redis, ROOMS + 3)
    async with crawling(redis_url) as crawl:
        for _ in range(ROOMS + 3):
            await crawl.scraped(await anext(crawl.leases), polled(failed(**soft)))
            if crawl.leasing._outage.is_on:
                crawl.leasing._outage._next = 0.0  # lets the next room through
        await crawl.settled()
    assert (redis.hget(key("st"), "retry"), redis.hget(key("st"), "defer")) == (str(ROOMS - 1), "4")


async def test_failures_of_a_room_are_retried_until_its_attempts_are_used_up(redis: Redis, redis_url: str) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        for _ in range(3):
            await crawl.scraped(await anext(crawl.leases), polled(failed()))
            await crawl.settled()
            if redis.zscore(key("sched"), "1"):
                redis.zadd(key("sched"), {"1": 1})
    assert letter(redis, "1")["attempts"] == 3
    assert crawl.stats.get_stats()["rankcrawler/polls/retry"] == 3


async def test_failures_of_an_outage_are_deferred_and_count_no_attempt(redis: Redis, redis_url: str) -> None:
    await push(redis, ROOMS + 1)
    async with crawling(redis_url) as crawl:
        leases = [await anext(crawl.leases) for _ in range(ROOMS + 1)]
        for lease in leases:
            await crawl.scraped(lease, polled(failed()))
        await crawl.settled()
    assert (redis.hget(key("st"), "retry"), redis.hget(key("st"), "defer")) == (str(ROOMS - 1), "2")
    assert crawl.stats.get_stats()["rankcrawler/polls/outage"] == 2


async def test_a_wait_rests_the_token_and_holds_the_fleet_when_every_token_rests(redis: Redis, redis_url: str) -> None:
    await push(redis, 2)
    slow = polled(failed(action="wait", reason="HTTP 429", status=429, wait=30.0))
    async with crawling(redis_url, tokens=2) as crawl:
        first, second = await anext(crawl.leases), await anext(crawl.leases)
        await crawl.scraped(first, slow, token=1)
        assert redis.hget(GATE, "hold_until") is None
        await crawl.scraped(second, slow, token=2)
        await crawl.settled()
    assert redis.hget(GATE, "hold_until") is not None
    assert redis.hget(key("st"), "defer") == "2"


async def test_a_refused_token_is_set_aside_and_the_last_one_stops_the_fleet(redis: Redis, redis_url: str) -> None:
    await push(redis, 3)
    refused = polled(failed(action="stop", reason="the gateway refuses the token", status=401))
    async with crawling(redis_url, tokens=2) as crawl:
        leases = [await anext(crawl.leases) for _ in range(3)]
        await crawl.scraped(leases[0], refused, token=1)
        await crawl.scraped(leases[1], refused, token=1)
        assert redis.hget(GATE, "stopped") is None
        await crawl.scraped(leases[2], refused, token=2)
        with pytest.raises(QueueStopped, match="refuses the token"):
            await anext(crawl.leases)
    assert redis.hget(GATE, "stopped") == "the gateway refuses the token"
    refused_tokens = {f"rankcrawler/tokens/refused/{position}": 1 for position in (1, 2)}
    assert refused_tokens.items() <= crawl.stats.get_stats().items()
    assert [place_of(redis, str(room)) for room in (1, 2, 3)] == ["ready"] * 3


async def test_an_item_of_another_component_settles_nothing(redis: Redis, redis_url: str) -> None:
    await push(redis)
    async with crawling(redis_url) as crawl:
        lease = await anext(crawl.leases)
        await crawl.leasing._item_scraped(answer(None))
        await crawl.leasing._item_dropped({"a": 1}, answer(None))
        crawl.leasing._failed(answer(None), Failure(ZeroDivisionError()))  # type: ignore[no-untyped-call]
        assert crawl.leasing.worker is not None
        assert crawl.leasing.worker._window.open() == [lease]
    assert place_of(redis, "1") == "ready"


async def test_given_rooms_are_pushed_and_the_leases_end_with_them(redis_url: str, redis: Redis) -> None:
    del redis
    async with crawling(redis_url) as crawl:
        leases = []
        async for lease in crawl.leasing.leases([job("1", every_max=600.0), job("2", priority=3)], "ranklist"):
            leases.append((lease.room_id, lease.schedule.priority))
            await crawl.leasing._item_dropped(polled(snapshot()), answer(lease))
    assert leases == [("2", 3), ("1", 0)]
