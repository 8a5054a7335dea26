"""Ways in which a gateway misbehaves, each an answer that repeats the caller's token wherever it can."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from tests.builders import body, row
from tests.scripted import Asked

Kind = Callable[[Asked], Awaitable[web.StreamResponse]]


def _echo(asked: Asked) -> str:
    return f"token {asked.token} in {asked.http.rel_url} and {asked.http.headers.get('Authorization')}"


def _refusing(status: int, code: int, **more: Any) -> Kind:
    async def answer(asked: Asked) -> web.StreamResponse:
        headers = {"X-Echo": asked.token, "Set-Cookie": f"token={asked.token}", "Server": asked.token}
        headers |= {"Retry-After": "1"} if status == 429 else {}
        return web.json_response({"code": code, "msg": _echo(asked), **more}, status=status, headers=headers)

    return answer


def _saying(make: Callable[[str], bytes], status: int = 200, headers: Mapping[str, str] | None = None) -> Kind:
    async def answer(asked: Asked) -> web.StreamResponse:
        told = {name: value.replace("TOKEN", asked.token) for name, value in (headers or {}).items()}
        return web.Response(body=make(_echo(asked)), status=status, headers=told)

    return answer


def _raw(make: Callable[[str], bytes]) -> Kind:
    async def answer(asked: Asked) -> web.StreamResponse:
        assert asked.http.transport is not None
        asked.http.transport.write(make(_echo(asked)))
        asked.http.transport.close()
        return web.Response()

    return answer


async def _reset(asked: Asked) -> web.StreamResponse:
    assert asked.http.transport is not None
    asked.http.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    asked.http.transport.abort()
    return web.Response()


async def _stall(_asked: Asked) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def _drip(asked: Asked) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(asked.http)
    while True:
        await response.write(asked.token.encode())
        await asyncio.sleep(0.1)


async def _endless(asked: Asked) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(asked.http)
    while True:
        await response.write(asked.token.encode() * 5000)


def _damaged(text: str) -> bytes:
    packed = bytearray(gzip.compress(text.encode() * 10))
    packed[-5] ^= 1
    return bytes(packed)


_GZIP = {"Content-Encoding": "gzip"}

RETRIED: dict[str, Kind] = {
    "server_error": _refusing(500, 500),
    "unavailable": _saying(lambda echo: echo.encode(), 503),
    "no_response": _saying(lambda _echo: b"", 444),
    "bad_request": _refusing(400, 77_123),
    "in_band_code": _refusing(200, 500),
    "inner_status": _refusing(200, 200, data={"data": {"prompts": "x"}, "status_code": 4_017_136}),
    "empty_body": _saying(lambda _echo: b""),
    "html_page": _saying(lambda echo: f"<html><body>{echo}</body></html>".encode()),
    "truncated_json": _saying(lambda echo: b'{"code": 200, "msg": "' + echo.encode()),
    "null_ranks": _saying(lambda echo: json.dumps({"code": 200, "msg": echo, "data": {"ranks": None}}).encode()),
    "other_json": _saying(lambda echo: json.dumps({echo: echo, "data": {"ranks": echo}}).encode()),
    "truncated_gzip": _saying(lambda echo: gzip.compress(echo.encode())[:-9], headers=_GZIP),
    "damaged_gzip": _saying(_damaged, headers=_GZIP),
    "no_gzip": _saying(lambda echo: echo.encode(), headers=_GZIP),
    "gzip_bomb": _saying(lambda echo: gzip.compress(echo.encode() * 50_000), headers=_GZIP),
    "strange_encoding": _saying(lambda echo: echo.encode(), headers={"Content-Encoding": "TOKEN"}),
    "redirect": _saying(lambda echo: echo.encode(), 302, {"Location": "http://127.0.0.1:1/?token=TOKEN"}),
    "reset": _reset,
    "stall": _stall,
    "drip": _drip,
    "endless": _endless,
    "no_http": _raw(lambda echo: b"SSH-2.0 " + echo.encode()),
    "long_header": _raw(lambda echo: b"HTTP/1.1 200 OK\r\nX: " + echo.encode() * 2000 + b"\r\n\r\n"),
    "bad_chunk": _raw(lambda echo: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + echo.encode() + b"\r\n"),
    "cut_short": _raw(lambda echo: b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + echo.encode()),
}
"""Faults after which the room is tried again, and in the end is dead."""

GONE: dict[str, Kind] = {"not_found": _refusing(404, 404), "gone_in_band": _refusing(200, 410)}
STOPPING: dict[str, Kind] = {
    "unauthorized": _refusing(401, 401),
    "forbidden": _refusing(403, 403),
    "payment_required": _refusing(402, 402),
    "spent_in_band": _refusing(200, 402),
}


def _nicknamed(echo: str) -> dict[str, Any]:
    return row(user={"id": 5, "id_str": "5", "nickname": echo, "avatar_thumb": {"url_list": [f"http://x/?{echo}"]}})


ECHOES: dict[str, Kind] = {
    "nickname": _saying(lambda echo: body(_nicknamed(echo), currency=echo)),
    "bad_row": _saying(lambda echo: body(row(), row(rank=echo), row(score=echo))),
}
"""Lists that hold the token."""
