"""Connections to the gateway that are kept between requests, until one brings something unrequested."""

import logging
import os
import select
import socket
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection

logger = logging.getLogger(__name__)

_IS_REUSED: ContextVar[bool] = ContextVar("is_reused", default=False)


class Connector(aiohttp.TCPConnector):
    """Closes a kept connection on which something is unread, since it would be taken for the next request's answer.

    After the first time, each request gets a connection of its own.
    """

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        self._used: WeakSet[ResponseHandler] = WeakSet()
        self._is_trusted = True

    @property
    def doubts(self) -> bool:
        """Whether the answer that this task has just read may be another request's."""
        return not self._is_trusted and _IS_REUSED.get()

    async def connect(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> "Connection":  # noqa: ASYNC109
        """A connection for a request: a new one, or one that is clean."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            assert protocol is not None
            is_reused = protocol in self._used
            if not is_reused or self._is_clean(connection):
                self._used.add(protocol)
                _IS_REUSED.set(is_reused)
                connection.add_callback(partial(self._look_at, protocol))
                return connection
            connection.close()

    def _look_at(self, protocol: "ResponseHandler") -> None:
        """Look at a connection that is given back, which aiohttp will close if there is something unread."""
        if getattr(protocol, "_buffer", None) or getattr(protocol, "_tail", None):
            self._distrust()

    def _is_clean(self, connection: "Connection") -> bool:
        """Whether a kept connection may be used again."""
        if connection.protocol is not None and connection.protocol.should_close:
            self._distrust()
        elif is_readable := _is_readable(connection):
            if is_readable == "data":
                self._distrust()
            return False
        return self._is_trusted

    def _distrust(self) -> None:
        if self._is_trusted:
            self._is_trusted = False
            logger.error(
                "The gateway sent an answer to no request. It could be taken for another room's: from now on, "
                "each request gets a connection of its own"
            )


def _is_readable(connection: "Connection") -> str:
    """What waits in the kernel: `data`, `end` where the gateway has closed, or nothing."""
    link = connection.transport.get_extra_info("socket") if connection.transport else None
    if link is None or link.fileno() < 0:
        return "end"
    waiting = select.poll()
    waiting.register(link.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return ""
    if connection.transport is not None and connection.transport.get_extra_info("ssl_object"):
        return "end"  # most likely the alert that ends TLS
    with socket.socket(fileno=os.dup(link.fileno())) as copy:
        try:
            return "data" if copy.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) else "end"
        except OSError:
            return "end"
