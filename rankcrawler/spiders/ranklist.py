"""The spider: a request for each leased room, and from each answer a poll, with its list or why there is none."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, TypeVar

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from rankcrawler import statistics
from rankcrawler.errors import GatewayDown, JobError, QueueError, QueueStopped, WrongAddress
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.wire import Contributors
from rankcrawler.handler import GatewayResponse
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.targets import Target
from rankcrawler.options import Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease
from rankcrawler.speedups import start
from rankcrawler.spider_arguments import check_arguments

J = TypeVar("J")


class RanklistSpider(Spider):
    """Polls rooms for their rank lists.

    `rooms` names them: ids separated by commas, or a file (see rankcrawler.queue.roomlist). With it the crawl ends
    when the queue is empty; without it the crawl waits for rooms that others push, and follows anchors. `anchors` names
    more of these, in the same forms, and has the crawl wait in any case. `kind` names the list to poll: a
    rankcrawler.model.kinds.ListKind. Each kind has a queue of its own. A subclass takes its own arguments out of
    `kwargs`.
    """

    name = "ranklist"
    gateway: Gateway
    speedups: bool
    is_trusted: Callable[[], bool] = staticmethod(lambda: True)
    """Whether the gateway's word counts that a room is gone."""

    def __init__(
        self, rooms: str | None = None, kind: str = kinds.RANKLIST.name, anchors: str | None = None, **kwargs: Any
    ) -> None:
        check_arguments(kwargs, ("anchors", "kind", "name", "rooms"))
        super().__init__(**kwargs)
        self.rooms = rooms
        self.anchors = anchors
        self.kind = kinds.named(kind)
        self._now_ms = _wall_ms
        self._parsed: Callable[[Lease], None] = lambda _: None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "RanklistSpider":
        """The spider of a crawl; raises SettingError where no gateway is set, or a verdict is unclear."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        options = Options.of(crawler.settings)
        spider.speedups = options.speedups
        spider.gateway = Gateway.of(options, Contributors() if options.speedups else None)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """A request for each lease, for as long as there are leases."""
        requests = self._requests()
        async for request in start.hand_over(self.crawler, requests) if self.speedups else requests:
            yield request

    async def _requests(self) -> AsyncIterator[Request]:
        leasing = self.crawler.get_extension(Leasing)
        assert leasing is not None
        self.is_trusted = leasing.trusts_the_gateway
        self._now_ms = leasing.now_ms
        self._parsed = leasing.parsed
        try:
            async for lease in leasing.leases(self._jobs(), self.kind.name, self._followed()):
                if missing := self.gateway.missing(self._target(lease)):
                    leasing.refuse(lease, missing)
                else:
                    yield self._request(lease)
        except QueueStopped as error:
            self.logger.error("%s", error)
            raise CloseSpider("fleet_stopped") from error
        except GatewayDown as error:
            self.logger.error("Gave up: %s", error)
            raise CloseSpider("gateway_down") from error
        except WrongAddress as error:
            self.logger.error("%s", error)
            raise CloseSpider("wrong_address") from error
        except QueueError as error:
            self.logger.error("The queue cannot be used: %s", error)
            raise CloseSpider("queue_not_open") from error

    def parse(self, response: Response, lease: Lease) -> tuple[Poll]:
        """The poll that an answer makes.

        A tuple and not a generator: Scrapy parses the source of a generator callback, for every answer, to warn of a
        mistake in it.
        """
        assert isinstance(response, GatewayResponse)
        self._parsed(lease)
        target = self._target(lease)
        confirms = lease.gone_once and self.is_trusted()
        found = self.gateway.read(response.reply, target, self._now_ms(), lease.attempt, confirms=confirms)
        if isinstance(found, RoomSnapshot):
            for path in self.gateway.undocumented(response.reply):
                self.crawler.stats.inc_value(statistics.DRIFT)
                message = "Room %s: the gateway does not document `%s`"
                self.logger.info(message, lease.room_id, path, extra=lease.fields)
        return (_poll(found, lease),)

    def no_answer(self, failure: Failure) -> tuple[Poll, ...]:
        """The errback: the poll that a request without an answer makes; none where the crawl's end cut it short."""
        if isinstance(failure.value, DownloadCancelledError):
            return ()
        lease: Lease = failure.request.cb_kwargs["lease"]  # type: ignore[attr-defined]
        self._parsed(lease)
        target = self._target(lease)
        found = self.gateway.unanswered(str(failure.value), target, self._now_ms(), lease.attempt)
        return (_poll(found, lease),)

    def _request(self, lease: Lease) -> Request:
        url, method, body = self.gateway.call(self._target(lease))
        return Request(
            url,
            method=method,
            body=body,
            callback=self.parse,
            errback=self.no_answer,
            cb_kwargs={"lease": lease},
            meta={"verbatim_url": True},  # an address of ours is well formed
            dont_filter=True,
        )

    def _target(self, lease: Lease) -> Target:
        return self.gateway.target(self.kind.name, lease.room_id, lease.anchor_id)

    def _jobs(self) -> Iterator[Job] | None:
        return None if self.rooms is None else self._good(roomlist.read(self.rooms), statistics.ROOMS_GIVEN)

    def _followed(self) -> Iterator[AnchorJob] | None:
        given = self.anchors
        return None if given is None else self._good(roomlist.read_anchors(given), statistics.ANCHORS_GIVEN)

    def _good(self, listed: Iterable[J | JobError], counter: str) -> Iterator[J]:
        """What a list names. What cannot be read is logged and counted, and fails the run in the end."""
        for job in listed:
            if isinstance(job, JobError):
                self.logger.error("%s", job)
                self.crawler.stats.inc_value(statistics.ROOMS_REJECTED)
            else:
                self.crawler.stats.inc_value(counter)
                yield job


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _poll(found: RoomSnapshot | FailedPoll, lease: Lease) -> Poll:
    return Poll(found, lease.fence, lease.schedule)
