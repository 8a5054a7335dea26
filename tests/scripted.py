"""A gateway that answers as a test says, over real HTTP or HTTPS, and remembers what it was asked."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from aiohttp import web

from tests.builders import body, row


class Asked(NamedTuple):
    """One request."""

    room_id: str
    token: str
    number: int
    """How many requests came before it."""
    http: web.Request


Answer = Callable[[Asked], Awaitable[web.StreamResponse]]


class Scripted:
    """What a test sees of the gateway."""

    def __init__(self, answer: Answer, scheme: str) -> None:
        self.asked: list[Asked] = []
        self.port = 0
        self._answer = answer
        self._scheme = scheme

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        query = request.query
        asked = Asked(query.get("room_id", ""), _token(request), len(self.asked), request)
        self.asked.append(asked)
        return await self._answer(asked)


def _token(request: web.Request) -> str:
    """The token, wherever a gateway may want it."""
    places = (request.query.get("token"), request.headers.get("X-Api-Key"), request.headers.get("Authorization"))
    return next(filter(None, places), "").removeprefix("Bearer ")


def ranks() -> web.Response:
    """A list of one row."""
    return web.Response(body=body(row()), content_type="application/json")


def refusal(
    status: int = 200, code: int | None = None, msg: str = "", *, retry_after: str | None = None
) -> web.Response:
    """An answer that holds no list."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"code": status if code is None else code, "msg": msg}, status=status, headers=headers)


@contextmanager
def scripted(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve from a thread, for as long as the context lasts."""
    gateway = Scripted(answer, "http" if tls is None else "https")
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", gateway.handle)
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        gateway.port = runner.addresses[0][1]
        ready.set()
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield gateway
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
