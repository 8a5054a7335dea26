"""Gives the spider its leases, and sees to it that each of them is settled, whatever Scrapy does with it.

| what happened to the request | signal | the lease |
|---|---|---|
| its snapshot is stored | item_scraped | done, or unchanged, as its `kept` says |
| its snapshot was stored before, or is another worker's | item_dropped | done |
| a pipeline failed, the store for one | item_error | retry |
| the callback or the errback failed | spider_error | retry |
| there was no list: the item is a FailedPoll | item_scraped | as its action says |
| the crawl ended before | spider_closed | released |
"""

import logging
import os
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from rankcrawler.backoff import Backoff
from rankcrawler.errors import QueueError, RefusedByStore, StoreError
from rankcrawler.extensions.outage import GatewayOutage
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.verdict import Action, is_outage
from rankcrawler.handler import GatewayResponse
from rankcrawler.model.items import FailedPoll, Kind
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import FAULTS, Worker

logger = logging.getLogger(__name__)


class Leasing:
    """The crawl's one connection with the queue."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._settings = crawler.settings
        self._stats = crawler.stats
        self._backoff = _backoff(crawler.settings)
        self._exit = AsyncExitStack()
        self._outage = GatewayOutage(self._backoff, None)
        self.worker: Worker | None = None
        """The holder of the leases, once the queue is open."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Leasing":
        """The extension of a crawl."""
        leasing = cls(crawler)
        crawler.signals.connect(leasing._item_scraped, signals.item_scraped)
        crawler.signals.connect(leasing._item_dropped, signals.item_dropped)
        crawler.signals.connect(leasing._item_error, signals.item_error)
        crawler.signals.connect(leasing._spider_error, signals.spider_error)
        crawler.signals.connect(leasing._spider_closed, signals.spider_closed)
        return leasing

    async def leases(self, jobs: Iterable[Job] | None, kind: Kind) -> AsyncIterator[Lease]:
        """Push the jobs and lease until the queue is empty; with no jobs, wait for work.

        QueueError, and GatewayDown where the jobs are given and the gateway is out for too long.
        """
        queue, place = await self._exit.enter_async_context(open_queue(self._settings, kind))
        self.worker = Worker(
            queue,
            f"{socket.gethostname()}:{os.getpid()}",
            window=2 * self._settings.getint("CONCURRENT_REQUESTS"),
            ttl=self._settings.getfloat("LEASE_SECONDS"),
            drain=jobs is not None,
            max_idle=self._settings.getfloat("MAX_IDLE_TIME_BEFORE_CLOSE"),
        )
        patience = None if jobs is None else self._settings.getfloat("GATEWAY_PATIENCE")
        self._outage = GatewayOutage(self._backoff, patience)
        self.worker.open()
        try:
            if jobs is not None:
                await queue.push(jobs)
            await _log_depth(queue, place)
        except FAULTS as error:
            raise QueueError(f"{place}: {error}") from error
        async for lease in self.worker.leases():
            await self._outage.turn()
            yield lease

    async def _give_up(self, lease: Lease, failed: FailedPoll, response: Any) -> None:
        """End the lease of a poll that gave no list."""
        assert self.worker is not None
        action = Action(failed.action)
        self._stats.inc_value(f"rankcrawler/polls/{action.value}")
        if action is Action.RETRY and is_outage(failed.status):
            self._fail(lease, failed)
            return
        self._outage.answered()
        if action is Action.GONE:
            self.worker.settle(lease, Outcome.DEAD, reason=failed.reason)
        elif action is Action.STOP:
            self.worker.settle(lease, Outcome.RELEASE)
            await self._set_aside(_token_of(response), failed.reason)
        elif action is Action.WAIT:
            await self._wait(lease, _token_of(response), failed)
        else:
            self._retry(lease, failed.reason)

    def _fail(self, lease: Lease, failed: FailedPoll) -> None:
        """The gateway failed the room: an attempt, or part of an outage."""
        assert self.worker is not None
        if self._outage.failed(lease.room_id, failed.reason):
            self._stats.inc_value("rankcrawler/polls/outage")
            self.worker.settle(lease, Outcome.DEFER, delay=self._outage.delay(), reason=failed.reason)
        else:
            self._retry(lease, failed.reason)

    async def _set_aside(self, position: int, reason: str) -> None:
        """Go on with the other tokens; where there is none, stop the whole fleet."""
        assert self.worker is not None
        keyring = self._keyring()
        if not keyring.set_aside(position):
            return
        self._stats.inc_value("rankcrawler/tokens/refused")
        logger.error("%s is set aside, %d left: %s", keyring.name(position).capitalize(), keyring.left, reason)
        if keyring.left == 0:
            await self.worker.halt(reason)

    async def _wait(self, lease: Lease, position: int, failed: FailedPoll) -> None:
        """Let the token rest; where every one of them does, hold the whole fleet."""
        assert self.worker is not None
        keyring = self._keyring()
        keyring.rest(position, failed.wait)
        pause = keyring.pause()
        self.worker.settle(lease, Outcome.DEFER, delay=pause, reason=failed.reason)
        if pause:
            await self.worker.hold(pause)
            logger.warning("Holding every room for %.3g s: %s", pause, failed.reason)
        else:
            logger.warning("%s rests for %.3g s: %s", keyring.name(position).capitalize(), failed.wait, failed.reason)

    def _keyring(self) -> Keyring:
        keyring = self._crawler.get_extension(Keyring)
        assert keyring is not None
        return keyring

    def _retry(self, lease: Lease, reason: str) -> None:
        assert self.worker is not None
        delay = self._backoff.delay(lease.attempt)
        self.worker.settle(lease, Outcome.RETRY, delay=delay, reason=reason)
        logger.info("Room %s, attempt %d: %s", lease.room_id, lease.attempt, reason)

    def _end(self, response: Any, outcome: Outcome) -> None:
        lease = _lease_of(response)
        if lease is not None and self.worker is not None:
            self.worker.settle(lease, outcome)

    async def _item_scraped(self, item: Any, response: Any) -> None:
        lease = _lease_of(response)
        if isinstance(item, FailedPoll) and lease is not None:
            await self._give_up(lease, item, response)
        else:
            self._outage.answered()
            is_new = getattr(item, "kept", None) in (None, "stored")
            self._end(response, Outcome.DONE if is_new else Outcome.UNCHANGED)

    def _item_dropped(self, response: Any) -> None:
        self._outage.answered()
        self._end(response, Outcome.DONE)

    def _item_error(self, response: Any, failure: Failure) -> None:
        self._failed(response, failure)

    def _spider_error(self, response: Any, failure: Failure) -> None:
        self._failed(response, failure)

    def _failed(self, response: Any, failure: Failure) -> None:
        lease, error = _lease_of(response), failure.value
        if lease is None:
            return
        if isinstance(error, StoreError) and not isinstance(error, RefusedByStore):
            self._end(response, Outcome.RELEASE)
        else:
            self._retry(lease, f"{type(error).__name__}: {error}"[:300])

    async def _spider_closed(self) -> None:
        if self.worker is not None:
            await self.worker.close()
            self._count(self.worker)
        await self._exit.aclose()

    def _count(self, worker: Worker) -> None:
        for reason, rooms in worker.dead.items():
            self._stats.inc_value(f"rankcrawler/dead/{reason}", rooms)
        self._stats.inc_value("rankcrawler/rooms/retired", worker.retired)
        self._stats.inc_value("rankcrawler/leases/lost", worker.lost)
        self._stats.inc_value("rankcrawler/leases/left", worker.left)
        self._stats.inc_value("rankcrawler/inbox/unreadable", worker.unreadable)


async def _log_depth(queue: RoomQueue, place: str) -> None:
    depth = await queue.depth()
    logger.info(
        "Leasing from %s, pushes to %s are taken in; waiting: %d rooms now, %d later, %d leased, %d recur, %d dead",
        place,
        queue.inbox,
        depth.ready + depth.inbox,
        depth.scheduled,
        depth.leased,
        depth.recurring,
        depth.dead,
    )


def _backoff(settings: BaseSettings) -> Backoff:
    return Backoff(settings.getfloat("ROOM_BACKOFF"), settings.getfloat("ROOM_BACKOFF_MAX"))


def _token_of(response: Any) -> int:
    """The position of the token that was used for a response."""
    return response.token if isinstance(response, GatewayResponse) else 1


def _lease_of(response: Response | Failure | None) -> Lease | None:
    """The lease under which a request was made; None where somebody else's component made the item."""
    request = getattr(response, "request", None)
    lease = request.cb_kwargs.get("lease") if request is not None else None
    return lease if isinstance(lease, Lease) else None
