"""A receiver of webhooks on loopback, that answers as a test says, and checks who has signed."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from tests.scripted import Asked, scripted

SECRET = "a-canary-secret-of-a-webhook"
Status = Callable[[int], int]
"""The status of the answer to a request, by its number."""


class Received(NamedTuple):
    """One request."""

    id: str
    body: dict[str, Any]
    path: str


class Receiver:
    """What a test sees of it."""

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Received] = []
        """What was signed rightly."""
        self.forged = 0
        self.came = Event()
        """Set when something was received."""

    @property
    def target(self) -> str:
        """Its address, as ALERT_TARGETS has it."""
        return f"webhook+http://{SECRET}@127.0.0.1:{self.port}/a-canary-path?key=a-canary-key"

    @property
    def ids(self) -> list[str]:
        """The ids of what was received, each as often as it came."""
        return [each.id for each in self.received]


@contextmanager
def receiving(status: Status = lambda _: 204, headers: dict[str, str] | None = None) -> Iterator[Receiver]:
    """Receive, from a thread."""
    receiver = Receiver()

    async def take(asked: Asked) -> web.Response:
        request, body = asked.http, await asked.http.read()
        if "webhook-signature" not in request.headers:
            receiver.received.append(Received("", msgspec.json.decode(body), request.path))
            return web.Response(status=status(asked.number))
        head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
        expected = base64.b64encode(hmac.digest(SECRET.encode(), head + body, hashlib.sha256)).decode()
        if request.headers["webhook-signature"] != f"v1,{expected}":
            receiver.forged += 1
            return web.Response(status=401)
        receiver.received.append(Received(request.headers["webhook-id"], msgspec.json.decode(body), request.path))
        receiver.came.set()
        return web.Response(status=status(asked.number), headers=headers)

    with scripted(take) as server:
        receiver.port = server.port
        yield receiver
