"""The HTTP server around the application."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import uvicorn

from rankcrawler import listening
from rankcrawler.serve.access.guard import Guard
from rankcrawler.serve.application import application
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.sources import Sources

_SECONDS_FOR_LAST_ANSWERS = 1
_WAITING_CONNECTIONS = 2048


class _Server(uvicorn.Server):
    """A server that leaves signals to the program around it, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve."""
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(
    setup: Setup, *, host: str = "127.0.0.1", port: int = 0, now_ms: Callable[[], int] | None = None
) -> AsyncIterator[str]:
    """Serve a setup until the context ends; yields the server's address. Port 0 takes a free one.

    At an address that others can reach, the names of `setup.hosts` do not count. Raises SettingError for such a host if
    there is no token, and OSError if the port is not free.
    """
    listening.check(host, setup.token)
    if not listening.is_loopback(host):
        setup = replace(setup, hosts=())
    socket_ = _listening(host, port)
    sources = Sources(setup, now_ms)
    server = _Server(_config(application(setup, sources, now_ms)))
    serving = asyncio.create_task(server.serve([socket_]))
    try:
        await server.up.wait()
        authority = f"[{host}]" if ":" in host else host
        yield f"http://{authority}:{socket_.getsockname()[1]}"
    finally:
        sources.feed.close()
        server.should_exit = True
        await serving
        socket_.close()
        await sources.close()


def _config(guard: Guard) -> uvicorn.Config:
    """What the server is: it logs its own errors alone, and believes no proxy who the client is."""
    return uvicorn.Config(
        guard,
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        backlog=_WAITING_CONNECTIONS,
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_ANSWERS,
    )


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(_WAITING_CONNECTIONS)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
