"""The spider: a request for each leased room, and a snapshot from each answer."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from redis.exceptions import RedisError
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from rankcrawler import verdict, wire
from rankcrawler.errors import AnswerError, JobError, QueueError
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.gateway.address import Address
from rankcrawler.items import RoomSnapshot
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease
from rankcrawler.verdict import Action, Verdict


class RanklistSpider(Spider):
    """Polls rooms for their rank lists.

    `rooms` names them: ids separated by commas, or a file (see rankcrawler.queue.roomlist). With it the
    crawl ends when the queue is empty, without it the crawl waits for what others push.
    """

    name = "ranklist"

    def __init__(self, rooms: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rooms = rooms

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "RanklistSpider":
        """The spider of a crawl; raises SettingError where no gateway is set."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.address = Address.of(crawler.settings["GATEWAY_URL"])
        return spider

    address: Address
    _leasing: Leasing

    async def start(self) -> AsyncIterator[Request]:
        """A request for each lease."""
        leasing = self.crawler.get_extension(Leasing)
        assert leasing is not None
        self._leasing = leasing
        try:
            async for lease in leasing.leases(self._jobs()):
                yield self._request(lease)
        except (QueueError, RedisError) as error:
            self.logger.error("The queue cannot be used: %s", error)
            raise CloseSpider("queue_not_open") from error

    async def parse(self, response: Response, lease: Lease) -> AsyncIterator[RoomSnapshot]:
        """The snapshot that an answer holds, or the settlement of its lease."""
        found = self._read(response, lease)
        if isinstance(found, RoomSnapshot):
            yield found
        else:
            await self._give_up(lease, found)

    async def no_answer(self, failure: Failure) -> None:
        """The errback: settle the lease of a request that brought nothing, or leave it to be released."""
        if isinstance(failure.value, DownloadCancelledError):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        await self._give_up(request.cb_kwargs["lease"], Verdict(Action.RETRY, str(failure.value)))

    def _request(self, lease: Lease) -> Request:
        return Request(
            self.address.ranklist(lease.room_id, lease.anchor_id),
            callback=self.parse,
            errback=self.no_answer,
            cb_kwargs={"lease": lease},
            dont_filter=True,
        )

    def _read(self, response: Response, lease: Lease) -> RoomSnapshot | Verdict:
        after = response.headers.get("Retry-After")
        judged = verdict.of_status(response.status, after.decode("latin-1") if after else None)
        if judged.action is not Action.READ:
            return judged
        poll = wire.Poll(self.address.source, lease.room_id, lease.anchor_id, time.time_ns() // 1_000_000, lease.token)
        try:
            answer = wire.read(response.body)
            judged = verdict.of_codes(answer.code, answer.inner_code, answer.words)
            return wire.snapshot(answer, poll) if judged.action is Action.READ else judged
        except AnswerError as error:
            return Verdict(Action.RETRY, f"unreadable answer: {error}")

    async def _give_up(self, lease: Lease, judged: Verdict) -> None:
        await self._leasing.settle(lease, judged)
        if judged.action is Action.STOP:
            self.logger.error("%s. Its rooms stay in the queue: mend the token, and start again.", judged.reason)
            raise CloseSpider("token_refused")

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
