"""Requests through a proxy: what reaches the gateway, what the proxy sees, and what is said of a proxy that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler.errors import GatewayError, SettingError
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.headers import checked
from rankcrawler.gateways.proxy import Proxy
from tests.certificates import certified
from tests.proxying import proxying
from tests.test_gateway_client import BODY, SECRET, always, keys, served

LOGIN = "user:ses@me/"
QUOTED = "user:ses%40me%2F"


async def ask(base: str, proxy: str, ca_file: Path | None = None) -> Reply:
    """The answer to one request through a proxy."""
    found = Proxy.of(proxy)
    async with Client(
        Address.of(base), keys(), timeout=5.0, proxy=found, ca_file=None if ca_file is None else str(ca_file)
    ) as client:
        return await client.fetch(f"{base}/douyin/liveroom/ranklist?room_id=1")


@pytest.mark.parametrize("login", [None, LOGIN])
def test_a_gateway_is_reached_through_a_proxy(login: str | None) -> None:
    async def run() -> tuple[Reply, list[str], str]:
        async with served(always(body=BODY)) as base, proxying(login) as relay:
            user = "" if login is None else f"{QUOTED}@"
            return await ask(base, f"http://{user}127.0.0.1:{relay.port}"), relay.requests, base

    reply, requests, base = asyncio.run(run())
    assert reply.body == BODY
    assert len(requests) == 1
    assert requests[0].startswith(f"GET {base}/douyin/liveroom/ranklist?room_id=1&token=")


@pytest.mark.parametrize("login", [None, LOGIN])
def test_a_proxy_sees_no_token_of_a_gateway_with_tls(login: str | None, tmp_path: Path) -> None:
    ours = certified(tmp_path)

    async def run() -> tuple[Reply, list[str], str]:
        async with served(always(body=BODY), ours.tls) as base, proxying(login) as relay:
            user = "" if login is None else f"{QUOTED}@"
            reply = await ask(base, f"http://{user}127.0.0.1:{relay.port}", ours.ca_file)
            return reply, relay.requests, base

    reply, requests, base = asyncio.run(run())
    assert reply.body == BODY
    assert requests == [f"CONNECT {base.removeprefix('https://')}"]


def failed(make: Callable[[], Awaitable[Reply]]) -> str:
    """Why there is no answer; shows neither the token nor the password."""

    async def run() -> Reply:
        return await make()

    with pytest.raises(GatewayError) as failure:
        asyncio.run(run())
    assert SECRET not in str(failure.value)
    assert "sesame" not in str(failure.value)
    return str(failure.value)


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_that_refuses_is_named_and_is_no_answer_of_the_gateways(tls: bool, tmp_path: Path) -> None:
    ours = certified(tmp_path)

    async def run() -> Reply:
        async with served(always(body=BODY), ours.tls if tls else None) as base, proxying(LOGIN) as relay:
            return await ask(base, f"http://user:sesame@127.0.0.1:{relay.port}", ours.ca_file)

    said = failed(run)
    assert said.startswith("cannot connect through the proxy 127.0.0.1:")
    assert "(it answered HTTP 407): check GATEWAY_PROXY" in said


def test_a_proxy_that_is_not_there_is_named() -> None:
    said = failed(lambda: ask("http://gateway.test", "http://user:sesame@127.0.0.1:1"))
    assert said.startswith("cannot connect through the proxy 127.0.0.1:1 (Connection refused): check GATEWAY_PROXY")


@pytest.mark.parametrize(
    "address",
    [
        "proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://proxy:port",
        "http://user:ses/ame@proxy",
        "http://proxy/a",
    ],
)
def test_an_address_that_is_no_proxys_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(SettingError, match=r"GATEWAY_PROXY is not the address of a proxy: expected http://") as refusal:
        Proxy.of(address)
    assert "ame@" not in str(refusal.value)


def test_no_proxy_shows_its_password() -> None:
    proxy = Proxy.of(f"http://{QUOTED}@proxy.test:3128")
    assert f"{proxy} {proxy!r}" == "the proxy proxy.test:3128 Proxy()"
    assert Proxy.of(None) is Proxy.of("") is None


def test_headers_reach_the_gateway_and_the_encoding_stays_the_clients() -> None:
    seen: dict[str, str] = {}

    async def handle(request: web.Request) -> web.Response:
        seen.update(request.headers)
        return web.Response(body=BODY)

    async def run() -> None:
        headers = checked({"User-Agent": "mine/1.0", "X-Team": "ranks", "Accept": None})
        async with served(handle) as base, Client(Address.of(base), keys(), headers=headers) as client:
            await client.fetch(f"{base}/one")

    asyncio.run(run())
    assert (seen["User-Agent"], seen["X-Team"], seen["Accept-Encoding"]) == ("mine/1.0", "ranks", "gzip")


@pytest.mark.parametrize("headers", [{"Accept-Encoding": "br"}, {"HOST": "a"}, {"X": "a\r\nb"}, {"中": "a"}])
def test_a_header_that_cannot_be_sent_is_refused(headers: dict[str, str | None]) -> None:
    with pytest.raises(SettingError, match="DEFAULT_REQUEST_HEADERS"):
        checked(headers)
