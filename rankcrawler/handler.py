"""Scrapy's door to the gateway: a download handler, since nothing behind it can log or leak a request.

The request that Scrapy sees, logs and passes around has no token; the client adds it to the bytes it sends.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings

from rankcrawler.errors import GatewayError, NoTokenLeft
from rankcrawler.gateways import token
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client
from rankcrawler.gateways.keyring import Keyring

Pairs = Sequence[tuple[str, str]]

PATIENCE = 5.0
"""Seconds that requests have to end when the crawl is told to stop."""


class GatewayResponse(Response):
    """A response that knows the position of the token it was asked for with; the token itself it does not know."""

    attributes = (*Response.attributes, "token")

    def __init__(self, *args: Any, token: int = 1, pairs: Pairs = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token
        self._pairs = pairs

    @property
    def headers(self) -> Headers:
        """The headers, made of `pairs` when they are first looked at: for most answers, never."""
        if self._headers is None:
            self._headers = Headers((name, value.encode("utf-8", "surrogateescape")) for name, value in self._pairs)
        return self._headers

    @headers.setter
    def headers(self, value: Any) -> None:
        self._headers = Headers(value or {})


def client_from_settings(settings: BaseSettings, keyring: Keyring | None = None) -> Client:
    """The client that the settings and the environment describe; raises SettingError."""
    return Client(
        Address.of(settings["GATEWAY_URL"]),
        keyring or Keyring(token.read(os.environ, settings["GATEWAY_TOKEN_FILE"])),
        timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        max_bytes=settings.getint("DOWNLOAD_MAXSIZE"),
        connections=settings.getint("CONCURRENT_REQUESTS"),
        ca_file=settings["GATEWAY_CA_FILE"],
    )


class GatewayDownloadHandler:
    """Downloads from the configured gateway and from nowhere else.

    `is_crawling` tells whether the crawl goes on. When it is told to stop, requests have PATIENCE to end. `count` is
    told what is asked and answered, by the names that Scrapy's own middleware for it uses.
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
        """The handler of a crawl."""
        client = client_from_settings(crawler.settings, crawler.get_extension(Keyring))
        return cls(client, lambda: crawler.crawling, crawler.stats.inc_value)

    async def download_request(self, request: Request) -> Response:
        """The response to a request.

        DownloadFailedError with the client's words where there is none, DownloadCancelledError where the
        crawl was stopped before it came, or no token is left.
        """
        if self._watch is None:
            self._watch = asyncio.create_task(self._cancel_what_outlives_the_crawl())
        download = asyncio.current_task()
        assert download is not None
        self._downloads.add(download)
        self._count("downloader/request_count")
        try:
            reply = await self._client.fetch(request.url)
        except NoTokenLeft:
            raise DownloadCancelledError("no token is left to ask with") from None
        except GatewayError as error:
            self._count("downloader/exception_count")
            raise DownloadFailedError(str(error)) from None
        except asyncio.CancelledError:
            raise DownloadCancelledError("the crawl was stopped before the answer came") from None
        finally:
            self._downloads.discard(download)
        self._count(f"downloader/response_status_count/{reply.status}")
        return GatewayResponse(
            request.url,
            status=reply.status,
            pairs=reply.headers,
            body=reply.body,
            request=request,
            token=reply.token,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._watch is not None:
            self._watch.cancel()
        await self._client.close()

    async def _cancel_what_outlives_the_crawl(self) -> None:
        while self._is_crawling():  # noqa: ASYNC110 - Scrapy tells its components only when all is over
            await asyncio.sleep(0.2)
        await asyncio.sleep(PATIENCE)
        for download in self._downloads:
            download.cancel()
