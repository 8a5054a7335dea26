"""The download handler: Scrapy's only connection to the network. It reaches the gateway and nothing else.

The requests that Scrapy logs and passes around contain no token; the client adds it as it sends them.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import Headers, Response

from rankcrawler.errors import GatewayError, NoTokenLeft
from rankcrawler.gateways import gateway
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.options import Options

PATIENCE = 5.0
"""Seconds that open requests may still take after the crawl stops."""


class GatewayResponse(Response):
    """A response that keeps the gateway's reply."""

    attributes = (*Response.attributes, "reply")

    def __init__(self, url: str, *, reply: Reply, **kwargs: Any) -> None:
        facts: dict[str, Any] = {"status": reply.status, "body": reply.body} | kwargs
        super().__init__(url, **facts)
        self.reply = reply

    @property
    def token(self) -> int:
        """The position of the token that the request used; the token itself is not stored."""
        return self.reply.token

    @property
    def headers(self) -> Headers:
        """The headers, built on first access; most responses never need them."""
        if self._headers is None:
            pairs = self.reply.headers
            self._headers = Headers((name, value.encode("utf-8", "surrogateescape")) for name, value in pairs)
        return self._headers

    @headers.setter
    def headers(self, value: Any) -> None:
        self._headers = Headers(value or {})


class GatewayDownloadHandler:
    """Downloads from the configured gateway and nowhere else.

    Once `is_crawling` returns False, open requests are cancelled after PATIENCE seconds. `count` counts requests and
    responses under the names that Scrapy's DownloaderStats uses.
    """

    lazy = False

    def __init__(self, client: Client, is_crawling: Callable[[], bool], count: Callable[[str], None]) -> None:
        self._client = client
        self._count = count
        self._is_crawling = is_crawling
        self._downloads: set[asyncio.Task[object]] = set()
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GatewayDownloadHandler":
        """The handler for a crawl."""
        client = gateway.client(Options.of(crawler.settings), crawler.get_extension(Keyring))
        return cls(client, lambda: crawler.crawling, crawler.stats.inc_value)

    async def download_request(self, request: Request) -> Response:
        """The response to a request.

        Raises DownloadFailedError with the client's message if the gateway sends none, and DownloadCancelledError if
        the crawl stops first or no token is left.
        """
        if self._watch is None:
            self._watch = asyncio.create_task(self._cancel_after_the_crawl())
        download = asyncio.current_task()
        assert download is not None
        self._downloads.add(download)
        self._count("downloader/request_count")
        try:
            reply = await self._client.fetch(request.url, request.method, request.body)
        except NoTokenLeft:
            raise DownloadCancelledError("no token is left") from None
        except GatewayError as error:
            self._count("downloader/exception_count")
            raise DownloadFailedError(str(error)) from None
        except asyncio.CancelledError:
            raise DownloadCancelledError("the crawl stopped before the answer arrived") from None
        finally:
            self._downloads.discard(download)
        self._count(f"downloader/response_status_count/{reply.status}")
        return GatewayResponse(request.url, reply=reply, request=request)

    async def close(self) -> None:
        """Close the connections."""
        if self._watch is not None:
            self._watch.cancel()
        await self._client.close()

    async def _cancel_after_the_crawl(self) -> None:
        while self._is_crawling():  # noqa: ASYNC110 - Scrapy sends no signal until all requests have ended
            await asyncio.sleep(0.2)
        await asyncio.sleep(PATIENCE)
        for download in self._downloads:
            download.cancel()
