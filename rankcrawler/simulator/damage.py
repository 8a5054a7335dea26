"""What the gateway sends instead of the answer, for each kind of fault."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from types import MappingProxyType

import msgspec
from aiohttp import web

from rankcrawler.simulator.asked import Asked
from rankcrawler.simulator.faults import FaultKind
from rankcrawler.simulator.reply import compressed, json_reply

_PAGE = "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 seconds


class Spoilt(msgspec.Struct, frozen=True):
    """An answer to damage: its request, its intact body, and how long to stall (seconds)."""

    asked: Asked
    body: bytes
    stall: float


async def _server_error(spoilt: Spoilt) -> web.Response:
    return spoilt.asked.fail(FaultKind.SERVER_ERROR)


async def _too_many_requests(spoilt: Spoilt) -> web.Response:
    return spoilt.asked.fail(FaultKind.TOO_MANY_REQUESTS)


async def _in_band_code(spoilt: Spoilt) -> web.Response:
    return spoilt.asked.fail(FaultKind.IN_BAND_CODE)


async def _inner_status(spoilt: Spoilt) -> web.Response:
    return spoilt.asked.refuse(4017136, "网络繁忙，请稍后再试")


async def _empty_body(_spoilt: Spoilt) -> web.Response:
    return web.Response(content_type="application/json")


async def _html_page(_spoilt: Spoilt) -> web.Response:
    return web.Response(text=_PAGE, content_type="text/html")


async def _truncated_json(spoilt: Spoilt) -> web.Response:
    return json_reply(spoilt.asked.request, spoilt.body[: len(spoilt.body) // 2])


async def _truncated_gzip(spoilt: Spoilt) -> web.Response:
    whole = compressed(spoilt.body)
    reply = web.Response(body=whole[: len(whole) // 2], content_type="application/json", charset="utf-8")
    reply.headers["Content-Encoding"] = "gzip"
    return reply


async def _reset(spoilt: Spoilt) -> web.Response:
    transport = spoilt.asked.request.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        transport.abort()
    return web.Response()


async def _stall(spoilt: Spoilt) -> web.Response:
    await asyncio.sleep(spoilt.stall)
    return await _reset(spoilt)


DAMAGES = MappingProxyType[FaultKind, Callable[[Spoilt], Awaitable[web.Response]]](
    {
        FaultKind.SERVER_ERROR: _server_error,
        FaultKind.TOO_MANY_REQUESTS: _too_many_requests,
        FaultKind.IN_BAND_CODE: _in_band_code,
        FaultKind.INNER_STATUS: _inner_status,
        FaultKind.EMPTY_BODY: _empty_body,
        FaultKind.HTML_PAGE: _html_page,
        FaultKind.TRUNCATED_JSON: _truncated_json,
        FaultKind.TRUNCATED_GZIP: _truncated_gzip,
        FaultKind.RESET: _reset,
        FaultKind.STALL: _stall,
    }
)
"""The function that damages an answer, for each fault. Its response is sent if the connection is still open."""
