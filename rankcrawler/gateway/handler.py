"""Scrapy's door to the gateway: a download handler, since nothing behind it can log or leak a request.

The request that Scrapy sees, logs and passes around has no token; the client adds it to the bytes it sends.
"""

import os

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings

from rankcrawler.errors import GatewayError
from rankcrawler.gateway import token
from rankcrawler.gateway.address import Address
from rankcrawler.gateway.client import Client


def client_from_settings(settings: BaseSettings) -> Client:
    """The client that the settings and the environment describe; raises SettingError."""
    return Client(
        Address.of(settings["GATEWAY_URL"]),
        token.read(os.environ, settings["GATEWAY_TOKEN_FILE"]),
        timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        max_bytes=settings.getint("DOWNLOAD_MAXSIZE"),
        connections=settings.getint("CONCURRENT_REQUESTS"),
    )


class GatewayDownloadHandler:
    """Downloads from the configured gateway and from nowhere else."""

    lazy = False

    def __init__(self, client: Client) -> None:
        self._client = client

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GatewayDownloadHandler":
        """The handler of a crawl."""
        return cls(client_from_settings(crawler.settings))

    async def download_request(self, request: Request) -> Response:
        """The response to a request; DownloadFailedError with the client's words where there is none."""
        try:
            reply = await self._client.fetch(request.url)
        except GatewayError as error:
            raise DownloadFailedError(str(error)) from None
        return Response(
            request.url, status=reply.status, headers=Headers(reply.headers), body=reply.body, request=request
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
