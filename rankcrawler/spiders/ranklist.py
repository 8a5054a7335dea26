"""The spider: a request for each leased room, and from each answer a snapshot, or what failed."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from rankcrawler.clock import iso
from rankcrawler.errors import AnswerError, GatewayDown, JobError, QueueError, QueueStopped
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.gateways import wire
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.verdict import Action, Judge, Seen, Shape, Verdict
from rankcrawler.model.items import FailedPoll, Kind, RoomSnapshot
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease


class RanklistSpider(Spider):
    """Polls rooms for their rank lists.

    `rooms` names them: ids separated by commas, or a file (see rankcrawler.queue.roomlist). With it the
    crawl ends when the queue is empty, without it the crawl waits for what others push. `kind` is which of
    a room's lists is asked for: ranklist, its contributors, or audience. Each kind has a queue of its own.
    """

    name = "ranklist"

    def __init__(self, rooms: str | None = None, kind: Kind = "ranklist", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rooms = rooms
        self.kind: Kind = kind
        self._drift = wire.Drift()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "RanklistSpider":
        """The spider of a crawl; raises SettingError where no gateway is set, or a verdict is unclear."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.address = Address.of(crawler.settings["GATEWAY_URL"])
        spider.source = spider.address.source
        spider.judge = Judge.of(crawler.settings["VERDICTS"])
        return spider

    address: Address
    source: str
    judge: Judge
    _none: tuple[Request, ...] = ()  # what start() yields, since Scrapy wants a generator

    async def start(self) -> AsyncIterator[Request]:
        """A request for each lease: given to the engine at once, which takes a turn of the loop for each it is yielded.

        The leases that a worker may hold bound how many wait there.
        """
        leasing = self.crawler.get_extension(Leasing)
        assert leasing is not None
        assert self.crawler.engine is not None
        try:
            async for lease in leasing.leases(self._jobs(), self.kind):
                self.crawler.engine.crawl(self._request(lease))
            for request in self._none:
                yield request
        except QueueStopped as error:
            self.logger.error("%s", error)
            raise CloseSpider("fleet_stopped") from error
        except GatewayDown as error:
            self.logger.error("Gave up: %s", error)
            raise CloseSpider("gateway_down") from error
        except (QueueError, RedisError) as error:
            self.logger.error("The queue cannot be used: %s", error)
            raise CloseSpider("queue_not_open") from error

    def parse(self, response: Response, lease: Lease) -> tuple[RoomSnapshot | FailedPoll]:
        """The snapshot that an answer holds, or why it holds none.

        Not a generator: Scrapy reads the source of one, for every answer, to warn of a mistake in it.
        """
        poll = self._poll(lease)
        seen, words = Seen(response.status), ""
        try:
            answer = wire.read(response.body, self.kind)
            seen, words = Seen(response.status, answer.code, answer.inner_code), answer.words
            if self.judge.judge(seen).action is Action.READ:
                snapshot = wire.snapshot(answer, poll)
                self._tell_drift(response.body, lease.room_id)
                return (snapshot,)
        except AnswerError as error:
            seen, words = seen._replace(shape=Shape.of_unreadable(response.body)), str(error)
        after = response.headers.get("Retry-After")
        now = datetime.fromtimestamp(poll.polled_at_ms / 1000, UTC)
        judged = self.judge.judge(seen, words, retry_after=after.decode("latin-1") if after else None, now=now)
        return (_failed(poll, lease, judged, seen),)

    def no_answer(self, failure: Failure) -> tuple[FailedPoll, ...]:
        """The errback: why a request brought nothing; nothing where the crawl's end cut it short."""
        if isinstance(failure.value, DownloadCancelledError):
            return ()
        lease: Lease = failure.request.cb_kwargs["lease"]  # type: ignore[attr-defined]
        seen = Seen(shape=Shape.NO_ANSWER)
        return (_failed(self._poll(lease), lease, self.judge.judge(seen, str(failure.value)), seen),)

    def _tell_drift(self, body: bytes, room_id: str) -> None:
        for path in self._drift.new_in(body):
            self.crawler.stats.inc_value("rankcrawler/drift")
            self.logger.info("Room %s: the gateway does not document `%s`", room_id, path)

    def _request(self, lease: Lease) -> Request:
        return Request(
            self.address.of_list(self.kind, lease.room_id, lease.anchor_id),
            callback=self.parse,
            errback=self.no_answer,
            cb_kwargs={"lease": lease},
            meta={"verbatim_url": True},  # an address of ours is well formed
            dont_filter=True,
        )

    def _poll(self, lease: Lease) -> wire.Poll:
        return wire.Poll(
            self.source,
            lease.room_id,
            lease.anchor_id,
            time.time_ns() // 1_000_000,
            lease.token,
            lease.every,
            lease.every_max,
            lease.priority,
            self.kind,
        )

    def _jobs(self) -> Iterator[Job] | None:
        return None if self.rooms is None else self._good_jobs(self.rooms)

    def _good_jobs(self, rooms: str) -> Iterator[Job]:
        """The jobs of a list; what is bad in it is reported, counted, and fails the run when all is done."""
        for job in roomlist.read(rooms):
            if isinstance(job, JobError):
                self.logger.error("%s", job)
                self.crawler.stats.inc_value("rankcrawler/rooms/rejected")
            else:
                self.crawler.stats.inc_value("rankcrawler/rooms/given")
                yield job


def _failed(poll: wire.Poll, lease: Lease, judged: Verdict, seen: Seen) -> FailedPoll:
    return FailedPoll(
        source=poll.source,
        kind=poll.kind,
        room_id=poll.room_id,
        anchor_id=poll.anchor_id,
        polled_at=iso(poll.polled_at_ms),
        action=judged.action.value,
        reason=judged.reason,
        status=seen.status,
        code=seen.code,
        status_code=seen.status_code,
        attempt=lease.attempt,
        wait=judged.seconds,
        fence=poll.fence,
        every=poll.every,
        every_max=poll.every_max,
        priority=poll.priority,
    )
