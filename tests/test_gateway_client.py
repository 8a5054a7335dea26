"""One request to a gateway, over real sockets: what comes back, and what is said where nothing does."""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from aiohttp import web

from rankcrawler import __version__
from rankcrawler.errors import GatewayError, NoTokenLeft
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.gzipped import gunzip
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token
from tests.builders import list_url
from tests.certificates import certified

SECRET = "a-canary+token/with=all&of%20#?;é中"
BODY = b'{"code":200}' * 100
GZIP = {"Content-Encoding": "gzip"}


def keys() -> Keyring:
    """The one token."""
    return Keyring([Token(SECRET)])


Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server that answers every request in this way."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def spoken(raw: bytes, *, reset: bool = False) -> AsyncIterator[str]:
    """The address of a server that writes these bytes, and closes."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(raw)
        await writer.drain()
        if reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await done.wait()


async def ask(base: str, url: str | None = None, **limits: Any) -> Reply:
    """The answer to one request for a room's list, or for another address."""
    address = Address.of(base)
    async with Client(address, keys(), **{"timeout": 5.0} | limits) as client:
        return await client.fetch(url or list_url(base, "1"))


def asked(handle: Handle, **limits: Any) -> Reply:
    """The answer that a server gives."""

    async def run() -> Reply:
        async with served(handle) as base:
            return await ask(base, **limits)

    return asyncio.run(run())


def always(**response: Any) -> Handle:
    """A handler that gives one answer."""

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(**response)

    return handle


def failed(asking: Callable[[], Any]) -> str:
    """What is said of a request that fails; neither it nor what is shown with it holds the token."""
    with pytest.raises(GatewayError) as failure:
        asking()
    told = f"{failure.value} {failure.value!r} {failure.getrepr(chain=True, style='native')}"
    assert "canary" not in told
    assert failure.value.__suppress_context__ or failure.value.__context__ is None
    return str(failure.value)


def failed_on_bytes(raw: bytes, *, reset: bool = False, **limits: Any) -> str:
    """What is said of an answer of these bytes."""

    async def run() -> Reply:
        async with spoken(raw, reset=reset) as base:
            try:
                return await ask(base, **limits)
            except GatewayError as error:
                failure = error
        raise failure

    return failed(lambda: asyncio.run(run()))


def test_a_reply_has_status_headers_and_body() -> None:
    reply = asked(always(body=BODY, status=503, headers={"Retry-After": "7", "X-Two": "a"}))
    assert (reply.status, reply.body) == (503, BODY)
    assert (reply.header("retry-after"), reply.header("X-TWO"), reply.header("X-Three")) == ("7", "a", None)


def test_the_token_reaches_the_gateway_intact_and_the_rest_of_the_query_with_it() -> None:
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response()

    async def run() -> None:
        async with served(handle) as base:
            await ask(f"{base}/api", list_url(f"{base}/api", "6994259511469247263", "9"))

    asyncio.run(run())
    (request,) = seen
    assert request.path == "/api/douyin/liveroom/ranklist"
    assert dict(request.query) == {"room_id": "6994259511469247263", "anchor_id": "9", "token": SECRET}


def test_a_request_says_what_it_takes_and_who_asks() -> None:
    seen: dict[str, str] = {}

    async def handle(request: web.Request) -> web.Response:
        seen.update(request.headers)
        return web.Response(headers={"Set-Cookie": "a=b"})

    asked(handle)
    assert (seen["Accept"], seen["Accept-Encoding"]) == ("application/json", "gzip")
    assert seen["User-Agent"] == f"rankcrawler/{__version__}"


def test_no_cookie_is_kept_and_the_connection_is() -> None:
    seen: list[tuple[str | None, object]] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append((request.headers.get("Cookie"), request.transport))
        return web.Response(headers={"Set-Cookie": "a=b"})

    async def run() -> None:
        async with served(handle) as base, Client(Address.of(base), keys()) as client:
            await client.fetch(f"{base}/one")
            await client.fetch(f"{base}/two")

    asyncio.run(run())
    (no_cookie, first), (still_none, second) = seen
    assert (no_cookie, still_none) == (None, None)
    assert first is second


def test_no_more_connections_are_opened_than_allowed() -> None:
    now_open, most = 0, 0

    async def handle(_request: web.Request) -> web.Response:
        nonlocal now_open, most
        now_open += 1
        most = max(most, now_open)
        await asyncio.sleep(0.01)
        now_open -= 1
        return web.Response()

    async def run() -> None:
        async with served(handle) as base, Client(Address.of(base), keys(), connections=2) as client:
            await asyncio.gather(*(client.fetch(f"{base}/{number}") for number in range(8)))

    asyncio.run(run())
    assert most == 2


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert asked(always(body=BODY)).body == BODY


def test_gzip_is_undone() -> None:
    assert asked(always(body=gzip.compress(BODY), headers=GZIP)).body == BODY


def test_an_empty_body_is_empty_packed_or_not() -> None:
    assert asked(always(body=b"")).body == b""
    assert asked(always(body=b"", headers=GZIP)).body == b""


def test_gzip_that_is_cut_short_is_a_failure() -> None:
    half = gzip.compress(BODY)[:-9]
    assert failed(lambda: asked(always(body=half, headers=GZIP))) == "the answer's gzip is truncated"


def test_gzip_that_is_damaged_is_a_failure() -> None:
    damaged = bytearray(gzip.compress(BODY))
    damaged[-5] ^= 1
    for body in (bytes(damaged), BODY):
        said = failed(lambda body=body: asked(always(body=body, headers=GZIP)))  # type: ignore[misc]
        assert said.startswith("the answer's gzip is damaged: ")


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(4 << 20))
    said = failed(lambda: asked(always(body=bomb, headers=GZIP), max_bytes=1 << 20))
    assert said == "the answer is larger than 1048576 bytes when decompressed"


def test_a_body_may_be_as_large_as_allowed_and_no_larger() -> None:
    assert asked(always(body=bytes(5000)), max_bytes=5000).body == bytes(5000)
    assert asked(always(body=gzip.compress(bytes(5000)), headers=GZIP), max_bytes=5000).body == bytes(5000)
    assert failed(lambda: asked(always(body=bytes(5001)), max_bytes=5000)) == "the answer is larger than 5000 bytes"


def test_a_body_that_never_ends_is_cut_off_at_the_largest_size() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(65536))

    assert failed(lambda: asked(endless, max_bytes=1 << 20)) == "the answer is larger than 1048576 bytes"


def test_a_body_that_drips_is_given_up_in_time() -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    assert failed(lambda: asked(dripping, timeout=0.2)) == "no complete answer within 0.2 s, the DOWNLOAD_TIMEOUT"


def test_an_answer_that_never_begins_is_given_up_in_time() -> None:
    async def silent(_request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    assert failed(lambda: asked(silent, timeout=0.1)) == "no complete answer within 0.1 s, the DOWNLOAD_TIMEOUT"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_an_encoding_that_was_not_asked_for_is_a_failure(encoding: str) -> None:
    said = failed(lambda: asked(always(body=BODY, headers={"Content-Encoding": encoding})))
    assert said == f"the answer's Content-Encoding is {encoding!r}: only gzip is understood"


def test_a_redirect_is_not_followed() -> None:
    paths: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    reply = asked(handle)
    assert (reply.status, reply.header("Location")) == (302, "/elsewhere")
    assert paths == ["/douyin/liveroom/ranklist"]


def test_another_origin_is_refused_and_no_connection_made() -> None:
    connections: list[object] = []

    async def handle(request: web.Request) -> web.Response:
        connections.append(request.transport)
        return web.Response()

    async def run() -> Reply:
        async with served(handle) as other, served(always()) as base:
            return await ask(base, f"{other}/douyin/liveroom/ranklist?room_id=1")

    said = failed(lambda: asyncio.run(run()))
    assert said.startswith("refused to request http://127.0.0.1:")
    assert "it is not at the gateway http://127.0.0.1:" in said
    assert connections == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/", "http://localhost:9/", "http://127.0.0.1:9@evil.test/", "/x"])
def test_an_address_that_only_looks_like_the_gateways_is_refused(url: str) -> None:
    assert failed(lambda: asyncio.run(ask("http://127.0.0.1:9", url))).startswith(f"refused to request {url}: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_refused_connection_is_said_with_what_to_look_at(host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://{host}:{taken.getsockname()[1]}"
        said = failed(lambda: asyncio.run(ask(base)))
    reason = "(Connection refused): check GATEWAY_URL, and whether the gateway is running"
    assert said == f"cannot connect to the gateway {base} {reason}"


def test_a_host_that_has_no_address_is_said_so() -> None:
    assert "cannot connect to the gateway http://gateway.invalid (" in failed(
        lambda: asyncio.run(ask("http://gateway.invalid"))
    )


def test_a_gateway_that_speaks_no_tls_is_said_so() -> None:
    async def run() -> Reply:
        async with served(always()) as base:
            return await ask(base.replace("http:", "https:"))

    said = failed(lambda: asyncio.run(run()))
    assert "cannot connect to the gateway https://127.0.0.1:" in said
    assert "([SSL" in said


def test_a_gateway_whose_certificate_nobody_vouches_for_is_sent_nothing(tmp_path: Path) -> None:
    async def run() -> Reply:
        async with served(handle, certified(tmp_path).tls) as base:
            return await ask(base)

    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response()

    said = failed(lambda: asyncio.run(run()))
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert seen == []


def test_a_gateway_is_asked_where_the_file_of_certificates_vouches_for_it_and_not_where_anothers_does(
    tmp_path: Path,
) -> None:
    ours, others = certified(tmp_path / "ours"), certified(tmp_path / "others")

    async def run(ca_file: Path) -> Reply:
        async with served(always(body=BODY), ours.tls) as base:
            return await ask(base, ca_file=str(ca_file))

    assert asyncio.run(run(ours.ca_file)).body == BODY
    assert "CERTIFICATE_VERIFY_FAILED" in failed(lambda: asyncio.run(run(others.ca_file)))


def test_a_request_whose_connection_breaks_is_sent_once() -> None:
    connections = 0

    async def run() -> None:
        async with served(handle) as base, Client(Address.of(base), keys()) as client:
            await client.fetch(f"{base}/one")
            with pytest.raises(GatewayError, match="connection lost"):
                await client.fetch(f"{base}/two")

    async def handle(request: web.Request) -> web.Response:
        nonlocal connections
        if request.path == "/two":
            connections += 1
            assert request.transport is not None
            request.transport.abort()
        return web.Response()

    asyncio.run(run())
    assert connections == 1


@pytest.mark.parametrize("echo", [SECRET, quote(SECRET, safe=""), quote_plus(SECRET), json.dumps(SECRET)])
def test_a_token_that_the_gateway_echoes_is_taken_out_of_body_and_headers(echo: str) -> None:
    reply = asked(always(body=f"<h1>{echo} is wrong</h1>".encode(), headers={"X-Echo": f"a {quote(SECRET)} b"}))
    assert b"canary" not in reply.body
    assert b"*** is wrong" in reply.body.replace(b'"', b"")
    assert reply.header("X-Echo") == "a *** b"


def test_tokens_are_used_in_turn_and_the_reply_knows_which() -> None:
    ring = Keyring([Token("a-canary-1"), Token("a-canary-2")])

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=request.query["token"][-1])

    async def run() -> list[tuple[int, bytes]]:
        async with served(handle) as base, Client(Address.of(base), ring) as client:
            replies = [await client.fetch(f"{base}/") for _ in range(3)]
            ring.set_aside(1)
            ring.set_aside(2)
            with pytest.raises(NoTokenLeft):
                await client.fetch(f"{base}/")
            return [(reply.token, reply.body) for reply in replies]

    assert asyncio.run(run()) == [(1, b"1"), (2, b"2"), (1, b"1")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "short", "no-chunk", "half-a-chunk", "not-http", "long-header"],
)
def test_an_answer_that_breaks_off_or_is_no_http_is_a_lost_connection(raw: bytes) -> None:
    assert failed_on_bytes(raw).startswith("connection lost: ")


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"], ids=["at-once", "within"])
def test_a_reset_is_a_lost_connection(raw: bytes) -> None:
    assert failed_on_bytes(raw, reset=True).startswith("connection lost: ")


def test_a_client_asks_on_after_a_failure() -> None:
    answers = [web.Response(body=bytes(9999)), web.Response(body=BODY)]

    async def handle(_request: web.Request) -> web.Response:
        return answers.pop(0)

    async def run() -> bytes:
        async with served(handle) as base, Client(Address.of(base), keys(), max_bytes=5000) as client:
            with pytest.raises(GatewayError):
                await client.fetch(f"{base}/one")
            return (await client.fetch(f"{base}/two")).body

    assert asyncio.run(run()) == BODY


def test_a_client_that_asked_nothing_can_be_closed() -> None:
    asyncio.run(Client(Address.of("http://gateway.test"), keys()).close())


def test_a_clients_repr_does_not_show_the_token() -> None:
    client = Client(Address.of("http://gateway.test"), keys())
    assert "canary" not in repr(client) + repr(vars(client))


def test_gunzip_of_every_cut_is_a_failure() -> None:
    packed = gzip.compress(BODY)
    for length in range(1, len(packed)):
        with pytest.raises(GatewayError, match="truncated"):
            gunzip(packed[:length], 1 << 20)
    assert gunzip(packed, 1 << 20) == BODY


def test_gunzip_takes_no_other_packing() -> None:
    with pytest.raises(GatewayError, match="damaged"):
        gunzip(zlib.compress(BODY), 1 << 20)
