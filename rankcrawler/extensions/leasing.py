"""Gives the spider its leases, and settles each of them, whatever becomes of its request.

| what happened to the request | signal | the lease |
|---|---|---|
| the store has its list | item_scraped | done, or unchanged, as the store says |
| its poll was replaced or taken away before the store | none: see rankcrawler.extensions.unstored | retry |
| the store had it before, another worker's poll is newer, or a pipeline dropped it | item_dropped | done |
| a pipeline failed, for instance the store | item_error | retry; release if the store is unavailable |
| the callback or the errback failed | spider_error | retry |
| the poll brought no list | item_scraped, item_dropped | see rankcrawler.extensions.failed_polls |
| the crawl ended first | spider_closed | released |
"""

import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from rankcrawler.backoff import Backoff
from rankcrawler.errors import QueueError, RefusedByStore, StoreError
from rankcrawler.extensions import anchors as anchors_of_crawl
from rankcrawler.extensions import depths, limits
from rankcrawler.extensions.address_check import AddressCheck
from rankcrawler.extensions.failed_polls import FailedPolls
from rankcrawler.extensions.following import Following, Parts
from rankcrawler.extensions.outage import GatewayOutage
from rankcrawler.extensions.peers import Peers
from rankcrawler.extensions.refusals import Refusals
from rankcrawler.extensions.unstored import Unstored
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.verdict import Verdicts
from rankcrawler.handler import GatewayResponse
from rankcrawler.model.items import FailedPoll, Poll
from rankcrawler.options import Options
from rankcrawler.queue import safety
from rankcrawler.queue.access import anchors_beside, open_queue
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)


class Leasing:
    """The crawl's only connection to the queue."""

    def __init__(self, options: Options, stats: StatsCollector, peers: Peers) -> None:
        self._options = options
        self._stats = stats
        self._peers = peers
        self._unstored = Unstored(peers.scraped, self._missed)
        self._exit = AsyncExitStack()
        self._outage = GatewayOutage(_backoff(options), None)
        self._address: AddressCheck | None = None
        self._failed_polls: FailedPolls | None = None
        self._queue: RoomQueue | None = None
        self._following: Following | None = None
        self.worker: Worker | None = None
        """Holds the leases, once the queue is open."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Leasing":
        """The extension of a crawl; raises SettingError."""
        leasing = cls(Options.of(crawler.settings), crawler.stats, Peers(crawler))
        crawler.signals.connect(leasing._item_scraped, signals.item_scraped)
        crawler.signals.connect(leasing._item_dropped, signals.item_dropped)
        crawler.signals.connect(leasing._failed, signals.item_error)
        crawler.signals.connect(leasing._failed, signals.spider_error)
        crawler.signals.connect(leasing._spider_closed, signals.spider_closed)
        return leasing

    async def leases(
        self, jobs: Iterable[Job] | None, kind: str, anchors: Iterable[AnchorJob] | None = None
    ) -> AsyncIterator[Lease]:
        """Push the jobs, and lease rooms until the queue is empty; without jobs, or with anchors, wait for rooms for
        ever, and follow anchors.

        Raises QueueError, also if the queue is another gateway's, and WrongAddress; and, if there are jobs,
        GatewayDown when the gateway is down for too long.
        """
        queue, place = await self._exit.enter_async_context(open_queue(self._options, kind))
        gateway = Gateway.of(self._options)
        self._queue = queue
        try:
            await queue.claim(gateway.source, gateway.profile.name)
            for warning in await safety.warnings(queue):
                logger.warning("%s", warning)
            await limits.begin(queue, gateway, self._options)
            drain = jobs is not None and anchors is None
            worker = self._open(queue, gateway, gateway.path(kind), drain=drain)
            if jobs is not None:
                await queue.push(jobs)
            if not drain and gateway.discovery.finds_anchors:
                await self._follow(queue, gateway, kind, anchors or ())
            await depths.log(queue, place)
        except FAULTS as error:
            raise QueueError(f"{place}: {error}") from error
        async for lease in worker.leases():
            await self._outage.turn()
            yield lease
        self._outage.check()

    def refuse(self, lease: Lease, reason: str) -> None:
        """End the lease of a room that this gateway cannot be asked for: it is dead until it is pushed with more."""
        assert self.worker is not None
        logger.error("Room %s: %s", lease.room_id, reason, extra=lease.fields)
        self.worker.settle(lease, Outcome.DEAD, reason=reason)

    def trusts_the_gateway(self) -> bool:
        """Whether the gateway's word counts that a room is gone: not during an outage."""
        return not self._outage.is_on

    def now_ms(self) -> int:
        """The time that all workers share, in ms since 1970: the queue server's, once the queue is open."""
        return time.time_ns() // 1_000_000 if self.worker is None else self.worker.now_ms()

    async def _follow(self, queue: RoomQueue, gateway: Gateway, kind: str, given: Iterable[AnchorJob]) -> None:
        """Begin to follow anchors, those that are given and others in the queue."""
        anchors = anchors_beside(queue, self._options, kind)
        assert self.worker is not None
        assert self._failed_polls is not None
        parts = Parts(queue, self.worker, self._failed_polls.refusals, _backoff(self._options))
        self._following = await anchors_of_crawl.begin(anchors, given, parts, gateway, self._peers, self._options)

    def _open(self, queue: RoomQueue, gateway: Gateway, path: str, *, drain: bool) -> Worker:
        options, backoff = self._options, _backoff(self._options)
        self.worker = worker = Worker(
            queue,
            f"{socket.gethostname()}:{os.getpid()}",
            window=2 * options.concurrent_requests,
            ttl=options.lease_seconds,
            source=gateway.source,
            profile=gateway.profile.name,
            drain=drain,
            max_idle=options.max_idle,
            is_needed=lambda: self._following is not None and self._following.is_busy(),
        )
        self._outage = GatewayOutage(backoff, options.gateway_patience if drain else None)
        self._address = AddressCheck(options.gateway_url or "", path, queue.has_polled)
        refusals = Refusals(worker, self._peers.keyring, self._stats)
        verdicts = Verdicts.of(options.verdicts)
        self._failed_polls = FailedPolls(
            *(worker, self._outage, self._address, refusals, backoff, self._stats, verdicts)
        )
        worker.open()
        return worker

    def parsed(self, lease: Lease) -> None:
        """The spider has made a poll for this lease, which is now in the hands of middlewares and pipelines."""
        self._unstored.begin(lease)

    def _missed(self, lease: Lease) -> None:
        self._retry(lease, "its poll was not stored: a component replaced it, or took it away")

    async def _item_scraped(self, response: Any) -> None:
        """Settle by what the store took: what comes out of the pipelines can be anything."""
        lease = _lease_of(response)
        poll = None if lease is None else self._peers.stored(lease.fence)
        if lease is not None and poll is not None:
            await self._settle(lease, poll, response)

    async def _item_dropped(self, item: Any, response: Any) -> None:
        lease = _lease_of(response)
        if lease is None:
            return
        poll = self._peers.stored(lease.fence) or item
        if isinstance(poll, Poll) and isinstance(poll.found, FailedPoll):
            await self._settle(lease, poll, response)
        else:
            self._answered(lease, Outcome.DONE)

    async def _settle(self, lease: Lease, poll: Poll, response: Any) -> None:
        self._unstored.end(lease)
        if isinstance(poll.found, FailedPoll):
            if self._failed_polls is not None:
                await self._failed_polls.settle(lease, poll.found, _token_of(response))
        else:
            self._answered(lease, Outcome.DONE if poll.kept == "stored" else Outcome.UNCHANGED)

    def _answered(self, lease: Lease, outcome: Outcome) -> None:
        self._unstored.end(lease)
        self._listed()
        if self.worker is not None:
            self.worker.settle(lease, outcome)

    def _listed(self) -> None:
        """The gateway sent a list."""
        self._outage.answered()
        if self._address is not None:
            self._address.is_proven = True

    def _failed(self, response: Any, failure: Failure) -> None:
        """A pipeline, the callback or the errback raised an exception."""
        lease, error = _lease_of(response), failure.value
        if lease is None or self.worker is None:
            return
        self._peers.stored(lease.fence)  # if a pipeline after the store failed
        if isinstance(error, StoreError) and not isinstance(error, RefusedByStore):
            self._unstored.end(lease)
            self.worker.settle(lease, Outcome.RELEASE)
        else:
            self._retry(lease, f"{type(error).__name__}: {error}"[:300])

    def _retry(self, lease: Lease, reason: str) -> None:
        self._unstored.end(lease)
        if self._failed_polls is not None:
            self._failed_polls.retry(lease, reason)

    async def _spider_closed(self, spider: Spider) -> None:
        self._unstored.close()
        if self._following is not None:
            await self._following.close()
        if self.worker is not None:
            await self.worker.close()
            for name, number in self.worker.tally.statistics().items():
                self._stats.inc_value(name, number)
        is_silent = self.worker is not None and self.worker.tally.left > 0  # it took no settlements either
        drain = getattr(spider, "rooms", None) is not None
        await depths.count_left(None if is_silent else self._queue, self._stats, drain=drain)
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
