"""A short way from the engine to the gateway, for crawls that use no extra features of Scrapy's downloader.

Scrapy's downloader passes each request through its middlewares, a slot per host with delays, and three signals.
A poll needs none of them, and they take a sixth of the time of a short poll.
"""

from pydispatch.dispatcher import getAllReceivers, liveReceivers
from scrapy import Request, Spider, signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

ON_THE_LONG_WAY = (
    signals.request_reached_downloader,
    signals.response_downloaded,
    signals.request_left_downloader,
)


class ShortWay(Downloader):
    """Scrapy's downloader, which bypasses those features unless the crawl uses one of them."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._is_short: bool | None = None

    def fetch(
        self,
        request: Request,
        spider: Spider | None = None,  # noqa: ARG002 — the base class takes one
    ) -> "Deferred[Response | Request]":
        """Download a request; returns a deferred response."""
        if self._is_short is None:
            self._is_short = not self.is_long()
        return deferred_from_coro(self._ask(request)) if self._is_short else super().fetch(request)

    async def _ask(self, request: Request) -> Response:
        self.active.add(request)
        try:
            return await self.handlers.download_request_async(request)
        finally:
            self.active.remove(request)

    def is_long(self) -> bool:
        """Whether the crawl uses a middleware, a delay, a limit per host, or one of the signals."""
        limit = self.settings.getint("CONCURRENT_REQUESTS_PER_IP") or self.domain_concurrency
        return (
            bool(self.middleware.middlewares)
            or bool(self.settings.getfloat("DOWNLOAD_DELAY"))
            or bool(self.per_slot_settings)
            or self.settings.getbool("AUTOTHROTTLE_ENABLED")
            or limit < self.total_concurrency
            or any(self._has_listeners(signal) for signal in ON_THE_LONG_WAY)
        )

    def _has_listeners(self, signal: object) -> bool:
        return any(True for _ in liveReceivers(getAllReceivers(self.crawler, signal)))
