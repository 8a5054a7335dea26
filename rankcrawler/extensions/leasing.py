"""Gives the spider its leases, and settles each of them, whatever becomes of its request.

| what happened to the request | signal | the lease |
|---|---|---|
| the store has its list | item_scraped | done, or unchanged, as the poll's `kept` says |
| the store had it before, or another worker's poll is newer | item_dropped | done |
| a pipeline failed, for instance the store | item_error | retry; release if the store is unavailable |
| the callback or the errback failed | spider_error | retry |
| the poll brought no list: the item holds a FailedPoll | item_scraped | see rankcrawler.extensions.failed_polls |
| the crawl ended first | spider_closed | released |
"""

import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from rankcrawler.backoff import Backoff
from rankcrawler.errors import QueueError, RefusedByStore, StoreError
from rankcrawler.extensions import depths
from rankcrawler.extensions.address_check import AddressCheck
from rankcrawler.extensions.failed_polls import FailedPolls
from rankcrawler.extensions.outage import GatewayOutage
from rankcrawler.extensions.refusals import Refusals
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.verdict import Verdicts
from rankcrawler.handler import GatewayResponse
from rankcrawler.model.items import FailedPoll, Poll
from rankcrawler.options import Options
from rankcrawler.queue import safety
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)


class Leasing:
    """The crawl's only connection to the queue. `keyring` returns the crawl's tokens, once it has begun."""

    def __init__(self, options: Options, stats: StatsCollector, keyring: Callable[[], Keyring]) -> None:
        self._options = options
        self._stats = stats
        self._keyring = keyring
        self._exit = AsyncExitStack()
        self._outage = GatewayOutage(_backoff(options), None)
        self._address: AddressCheck | None = None
        self._failed_polls: FailedPolls | None = None
        self._queue: RoomQueue | None = None
        self._drain = False
        """Whether the crawl ends when the queue is empty."""
        self.worker: Worker | None = None
        """Holds the leases, once the queue is open."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Leasing":
        """The extension of a crawl; raises SettingError."""

        def keyring() -> Keyring:
            found = crawler.get_extension(Keyring)
            assert found is not None
            return found

        leasing = cls(Options.of(crawler.settings), crawler.stats, keyring)
        crawler.signals.connect(leasing._item_scraped, signals.item_scraped)
        crawler.signals.connect(leasing._item_dropped, signals.item_dropped)
        crawler.signals.connect(leasing._failed, signals.item_error)
        crawler.signals.connect(leasing._failed, signals.spider_error)
        crawler.signals.connect(leasing._spider_closed, signals.spider_closed)
        return leasing

    async def leases(self, jobs: Iterable[Job] | None, kind: str) -> AsyncIterator[Lease]:
        """Push the jobs, and lease rooms until the queue is empty; without jobs, wait for rooms for ever.

        Raises QueueError, also if the queue is another gateway's, and WrongAddress; and, if there are jobs,
        GatewayDown when the gateway is down for too long.
        """
        queue, place = await self._exit.enter_async_context(open_queue(self._options, kind))
        source = Address.of(self._options.gateway_url).source
        self._queue, self._drain = queue, jobs is not None
        try:
            await queue.claim(source)
            for warning in await safety.warnings(queue):
                logger.warning("%s", warning)
            worker = self._open(queue, source, drain=jobs is not None)
            if jobs is not None:
                await queue.push(jobs)
            await depths.log(queue, place)
        except FAULTS as error:
            raise QueueError(f"{place}: {error}") from error
        async for lease in worker.leases():
            await self._outage.turn()
            yield lease
        self._outage.check()

    def trusts_the_gateway(self) -> bool:
        """Whether the gateway's word counts that a room is gone: not during an outage."""
        return not self._outage.is_on

    def now_ms(self) -> int:
        """The time that all workers share, in ms since 1970: the queue server's, once the queue is open."""
        return time.time_ns() // 1_000_000 if self.worker is None else self.worker.now_ms()

    def _open(self, queue: RoomQueue, source: str, *, drain: bool) -> Worker:
        options, backoff = self._options, _backoff(self._options)
        self.worker = worker = Worker(
            queue,
            f"{socket.gethostname()}:{os.getpid()}",
            window=2 * options.concurrent_requests,
            ttl=options.lease_seconds,
            source=source,
            drain=drain,
            max_idle=options.max_idle,
        )
        self._outage = GatewayOutage(backoff, options.gateway_patience if drain else None)
        self._address = AddressCheck(options.gateway_url or "", queue.has_polled)
        refusals = Refusals(worker, self._keyring(), self._stats)
        verdicts = Verdicts.of(options.verdicts)
        self._failed_polls = FailedPolls(
            *(worker, self._outage, self._address, refusals, backoff, self._stats, verdicts)
        )
        worker.open()
        return worker

    async def _item_scraped(self, item: Any, response: Any) -> None:
        lease, found = _lease_of(response), item.found if isinstance(item, Poll) else None
        if isinstance(found, FailedPoll) and lease is not None and self._failed_polls is not None:
            await self._failed_polls.settle(lease, found, _token_of(response))
        else:
            is_new = found is None or item.kept in (None, "stored")
            self._answered(lease, Outcome.DONE if is_new else Outcome.UNCHANGED)

    def _item_dropped(self, response: Any) -> None:
        self._answered(_lease_of(response), Outcome.DONE)

    def _answered(self, lease: Lease | None, outcome: Outcome) -> None:
        """The gateway sent a list."""
        self._outage.answered()
        if self._address is not None:
            self._address.is_proven = True
        if lease is not None and self.worker is not None:
            self.worker.settle(lease, outcome)

    def _failed(self, response: Any, failure: Failure) -> None:
        """A pipeline, the callback or the errback raised an exception."""
        lease, error = _lease_of(response), failure.value
        if lease is None or self.worker is None or self._failed_polls is None:
            return
        if isinstance(error, StoreError) and not isinstance(error, RefusedByStore):
            self.worker.settle(lease, Outcome.RELEASE)
        else:
            self._failed_polls.retry(lease, f"{type(error).__name__}: {error}"[:300])

    async def _spider_closed(self) -> None:
        if self.worker is not None:
            await self.worker.close()
            for name, number in self.worker.tally.statistics().items():
                self._stats.inc_value(name, number)
        if self._queue is not None:
            is_silent = self.worker is not None and self.worker.tally.left > 0  # it took no settlements either
            await depths.count_left(self._queue, self._stats, drain=self._drain, silent=is_silent)
        await self._exit.aclose()


def _backoff(options: Options) -> Backoff:
    return Backoff(options.room_backoff, options.room_backoff_max)


def _token_of(response: Any) -> int:
    """The position of the token that the response was requested with."""
    return response.token if isinstance(response, GatewayResponse) else 1


def _lease_of(response: Response | Failure | None) -> Lease | None:
    """The lease that a request was made for; None for an item that another component made."""
    request = getattr(response, "request", None)
    lease = request.cb_kwargs.get("lease") if request is not None else None
    return lease if isinstance(lease, Lease) else None
