"""Where a request has the token: in the query, in a header, or nowhere; and in no other place, whoever echoes it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from scrapy.settings import Settings

from rankcrawler.errors import GatewayError, SettingError
from rankcrawler.gateways import gateway, headers
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.profiles import Placement
from rankcrawler.gateways.proxy import Proxy
from rankcrawler.gateways.token import NO_TOKEN, Token
from rankcrawler.options import Options
from tests.certificates import certified
from tests.options import options
from tests.proxying import proxying
from tests.test_gateway_client import served

SECRET = "a-canary+token/with=all&of%20#?;"
PLACES = ["query:token", "query:api_key", "header:X-Api-Key", "bearer"]
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def asked(place: str, handle: Handle, secret: str = SECRET, **call: Any) -> Reply:
    """The answer to one request with the token at this place."""

    async def run() -> Reply:
        placement = Placement.of(place)
        async with (
            served(handle) as base,
            Client(Address.of(base), Keyring([Token(secret)]), placement=placement) as one,
        ):
            return await one.fetch(f"{base}/ranks?room_id=5", **call)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("place", "query", "header"),
    [
        ("query:token", {"token": SECRET}, {}),
        ("query:api_key", {"api_key": SECRET}, {}),
        ("header:X-Api-Key", {}, {"X-Api-Key": SECRET}),
        ("bearer", {}, {"Authorization": f"Bearer {SECRET}"}),
        ("none", {}, {}),
    ],
)
def test_the_token_is_in_its_place_and_nowhere_else(place: str, query: dict[str, str], header: dict[str, str]) -> None:
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response()

    asked(place, handle)
    (request,) = seen
    assert dict(request.query) == {"room_id": "5", **query}
    found = {name: value for name, value in request.headers.items() if SECRET in value}
    assert found == header
    assert (SECRET in str(request.rel_url.query)) == bool(query)


def test_a_post_has_its_body_and_says_that_it_is_json() -> None:
    seen: dict[str, Any] = {}

    async def handle(request: web.Request) -> web.Response:
        seen.update(method=request.method, type=request.content_type, body=await request.json())
        return web.Response()

    asked("bearer", handle, method="POST", body=b'{"room_id": "5"}')
    assert seen == {"method": "POST", "type": "application/json", "body": {"room_id": "5"}}


def test_a_post_whose_connection_breaks_is_sent_once() -> None:
    sent = 0

    async def handle(request: web.Request) -> web.Response:
        nonlocal sent
        sent += 1
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(GatewayError, match="connection lost"):
        asked("bearer", handle, method="POST", body=b"{}")
    assert sent == 1


@pytest.mark.parametrize("place", PLACES)
def test_a_token_that_is_echoed_is_masked_whatever_its_place(place: str) -> None:
    async def handle(request: web.Request) -> web.Response:
        told = {name: request.headers.get(name, "") for name in ("Authorization", "X-Api-Key")}
        text = json.dumps({"headers": told, "url": str(request.url), "query": dict(request.query)})
        return web.Response(status=401, text=text, headers={"X-Echo": f"{told} {request.query_string}"})

    reply = asked(place, handle)
    assert "canary" not in f"{reply}"
    assert b"***" in reply.body
    assert "***" in (reply.header("X-Echo") or "")


@pytest.mark.parametrize("place", PLACES)
def test_a_redirect_takes_no_token_elsewhere(place: str) -> None:
    asked_elsewhere: list[str] = []

    async def run() -> Reply:
        async def trap(request: web.Request) -> web.Response:
            asked_elsewhere.append(str(request.headers))
            return web.Response()

        async with served(trap) as other:

            async def handle(_request: web.Request) -> web.Response:
                return web.Response(status=307, headers={"Location": f"{other}/ranks"})

            async with served(handle) as base:
                keyring, placement = Keyring([Token(SECRET)]), Placement.of(place)
                async with Client(Address.of(base), keyring, placement=placement) as one:
                    return await one.fetch(f"{base}/ranks")

    assert asyncio.run(run()).status == 307
    assert asked_elsewhere == []


@pytest.mark.parametrize("place", ["header:X-Api-Key", "bearer"])
def test_a_proxy_sees_no_token_in_a_header_of_a_gateway_with_tls(place: str, tmp_path: Path) -> None:
    ours = certified(tmp_path)
    seen: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(str(dict(request.headers)))
        return web.Response()

    async def run() -> tuple[Reply, list[str]]:
        async with served(handle, ours.tls) as base, proxying() as relay:
            proxy, keyring = Proxy.of(f"http://127.0.0.1:{relay.port}"), Keyring([Token(SECRET)])
            trusted = {"proxy": proxy, "ca_file": str(ours.ca_file), "placement": Placement.of(place)}
            async with Client(Address.of(base), keyring, **trusted) as one:  # type: ignore[arg-type]
                return await one.fetch(f"{base}/ranks"), relay.requests

    reply, requests = asyncio.run(run())
    assert reply.status == 200
    assert SECRET in seen[0]
    assert SECRET not in str(requests)


@pytest.mark.parametrize(
    "token",
    ["", "query", "query:", "query:a b", "header:", "header:a:b", "header:a\nb", "Bearer", "cookie:a", "none:x"],
)
def test_a_place_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="expected query:NAME, header:NAME, bearer or none"):
        Placement.of(token)


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_a_setting_cannot_hold_the_header_of_the_token(name: str) -> None:
    """Scrapy logs settings."""
    with pytest.raises(SettingError, match="in which the gateway's profile puts the token: set GATEWAY_TOKEN"):
        headers.checked({name: "Bearer x"}, "Authorization")
    assert headers.checked({name: "Basic x"}) == {name: "Basic x"}


def given(profile: str, token: str) -> Options:
    """Options with a profile, and a token in the environment."""
    return Options.of(Settings({"GATEWAY_PROFILE": profile}), {"GATEWAY_TOKEN": token})


def test_a_gateway_without_tokens_is_sent_none_whatever_is_set() -> None:
    assert gateway.tokens(given("evil0ctal", "")) == [NO_TOKEN]
    assert gateway.tokens(given("evil0ctal", "of-another-gateway")) == [NO_TOKEN]
    assert gateway.tokens(given("tikhub", "mine-and-long"))[0].reveal() == "mine-and-long"
    with pytest.raises(SettingError, match="No token is set"):
        gateway.tokens(given("tikhub", ""))


@pytest.mark.parametrize(
    ("profile", "timeout", "seconds"),
    [("titodata", None, 20), ("tikhub", None, 60), ("tikhub", "5", 5), ("evil0ctal", None, 30)],
)
def test_a_request_may_take_as_long_as_the_profile_says_unless_a_setting_does(
    profile: str, timeout: str | None, seconds: float
) -> None:
    chosen = options(GATEWAY_URL="http://gateway.test", GATEWAY_PROFILE=profile, DOWNLOAD_TIMEOUT=timeout)
    assert gateway.client(chosen, Keyring([Token(SECRET)]))._timeout == seconds
