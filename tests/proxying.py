"""A proxy over real sockets: forwards requests for http, and opens tunnels for https."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Relay:
    """What a test sees of the proxy."""

    def __init__(self, login: str | None) -> None:
        self.port = 0
        self.requests: list[str] = []
        """The first line of each request."""
        self._login = None if login is None else b64encode(login.encode()).decode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection, for one request or one tunnel."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, url, _ = head.partition("\r\n")[0].split(" ")
        self.requests.append(f"{method} {url}")
        if self._login is not None and f"Proxy-Authorization: Basic {self._login}\r\n" not in head:
            writer.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        elif method == "CONNECT":
            host, _, port = url.partition(":")
            await self._tunnel(reader, writer, host, int(port), b"HTTP/1.1 200 Connected\r\n\r\n", b"")
        else:
            parts = urlsplit(url)
            path = head.replace(f"{parts.scheme}://{parts.netloc}", "", 1).encode("latin-1")
            await self._tunnel(reader, writer, parts.hostname or "", parts.port or 80, b"", path)
        writer.close()

    async def _tunnel(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        host: str,
        port: int,
        greeting: bytes,
        request: bytes,
    ) -> None:
        there, back = await asyncio.open_connection(host, port)
        writer.write(greeting)
        back.write(request)
        await asyncio.wait(
            [asyncio.create_task(_copy(reader, back)), asyncio.create_task(_copy(there, writer))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        back.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def proxying(login: str | None = None) -> AsyncIterator[Relay]:
    """A proxy, which wants `USER:PASSWORD` if `login` is given."""
    relay = Relay(login)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay
