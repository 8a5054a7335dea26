"""The simulated gateway, over real HTTP."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import aiohttp
import pytest
from msgspec.structs import replace

from rankcrawler.errors import SettingError
from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind
from rankcrawler.simulator import dialect
from rankcrawler.simulator.answer import ranklist_answer
from rankcrawler.simulator.clock import frozen
from rankcrawler.simulator.dialect import ListPath
from rankcrawler.simulator.ledger import Given, Ledger
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import Gateway, serve
from rankcrawler.simulator.world import World

ROOM, EMPTY, ENDED = "6994259511469247263", "7000000000000000001", "7000000000000000002"
NOON = 1_790_000_000_000
T = TypeVar("T")


class Client:
    """Sends requests to a gateway, and does not decompress the responses."""

    def __init__(self, gateway: Gateway, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self._session = session

    async def get(
        self, path: str = "/douyin/liveroom/ranklist", encoding: str = "identity", **query: str
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """Send a request with the gateway's token, unless `query` has another."""
        query = {"token": self.gateway.token, "room_id": ROOM} | query
        url, headers = self.gateway.url + path, {"Accept-Encoding": encoding}
        async with self._session.get(url, params=query, headers=headers) as reply:
            return reply, await reply.read()

    async def json(self, path: str = "/douyin/liveroom/ranklist", **query: str) -> tuple[int, Any]:
        """Send a request; return the HTTP status and the decoded body."""
        reply, body = await self.get(path, **query)
        return reply.status, json.loads(body)


def ask(questions: Callable[[Client], Awaitable[T]]) -> T:
    """Serve a world with a frozen clock, and return what `questions` returns for it."""

    async def served() -> T:
        world = World(1, {EMPTY: Scenario.EMPTY, ENDED: Scenario.ENDED})
        async with (
            serve(world, token="t0ken", clock=frozen(NOON)) as gateway,
            aiohttp.ClientSession(auto_decompress=False) as session,
        ):
            return await questions(Client(gateway, session))

    return asyncio.run(served())


def test_a_room_is_answered_with_its_list() -> None:
    """The body is the world's list as JSON."""
    ranklist = World(1).rank_list(ROOM, NOON)
    assert ranklist is not None
    reply, body = ask(lambda client: client.get(anchor_id="98204909466"))
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert body == ranklist_answer(ranklist, 98204909466)


def test_an_audience_has_a_path_of_its_own() -> None:
    """Its parameters and its envelope are the same."""
    status, answer = ask(lambda client: client.json("/douyin/liveroom/audience"))
    assert (status, answer["code"]) == (200, 200)
    assert answer["data"]["data"]["ranks"]


def test_a_new_kind_of_list_is_a_table_of_a_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its own path, no more rows than its capacity, and its name in the ledger."""
    seats = ListKind("seats", capacity=3, scores_are_gifts=True, states_ranks=False)
    monkeypatch.setitem(kinds.KINDS, seats.name, seats)
    more = replace(dialect.named(), lists={seats.name: ListPath("/douyin/liveroom/seats")})
    monkeypatch.setattr("rankcrawler.simulator.server.named", lambda _: more)
    given: list[Given] = []
    monkeypatch.setattr(Ledger, "record", lambda _, each: given.append(each))
    status, answer = ask(lambda client: client.json("/douyin/liveroom/seats"))
    assert (status, len(answer["data"]["data"]["ranks"])) == (200, 3)
    assert given == [Given("ok", ROOM, "seats", NOON, 3)]


def test_an_unknown_kind_of_list_has_no_path() -> None:
    """The server answers 404, without a body in JSON."""
    reply, _ = ask(lambda client: client.get("/douyin/liveroom/seats"))
    assert (reply.status, reply.content_type) == (404, "text/plain")


def test_a_frozen_clock_gives_the_same_bytes_twice() -> None:
    """Two servers send equal bodies, compressed or not."""
    for encoding in ("identity", "gzip"):
        first, second = (ask(partial(Client.get, encoding=encoding)) for _ in range(2))
        assert first[1] == second[1]


def test_answers_are_compressed_for_clients_that_accept_gzip() -> None:
    """Decompressed, the body is the same as the uncompressed one."""
    plain, body = ask(lambda client: client.get())
    small, packed = ask(lambda client: client.get(encoding="deflate, gzip;q=0.8"))
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 5


@pytest.mark.parametrize("token", ["", "T0KEN", "t0ken "])
def test_another_token_is_refused(token: str) -> None:
    """The HTTP status and the code are 401."""
    status, answer = ask(lambda client: client.json(token=token))
    assert (status, answer["code"]) == (401, 401)


@pytest.mark.parametrize("room_id", ["", "0", "-1", "1e9", "abc", "1" * 20, "٣"])
def test_an_invalid_room_id_is_refused(room_id: str) -> None:
    """The HTTP status and the code are 400; an id has 1 to 19 ASCII digits and is not 0."""
    status, answer = ask(lambda client: client.json(room_id=room_id))
    assert (status, answer["code"]) == (400, 400)


def test_an_invalid_anchor_id_is_refused() -> None:
    """The rules are those of a room id, but a blank one counts as absent."""
    assert ask(lambda client: client.json(anchor_id="x"))[0] == 400
    assert ask(lambda client: client.json(anchor_id=""))[0] == 200


def test_an_ended_room_is_not_found() -> None:
    """The HTTP status and the code are 404."""
    status, answer = ask(lambda client: client.json(room_id=ENDED))
    assert (status, answer["code"]) == (404, 404)


def test_the_ledger_matches_what_clients_received() -> None:
    """It counts answers by outcome and room, and rows by room; reading it needs no token."""

    async def crawl(client: Client) -> tuple[int, Any]:
        rows = 0
        for room_id in (ROOM, ROOM, EMPTY, ENDED):
            _, answer = await client.json(room_id=room_id)
            rows += len(answer.get("data", {}).get("data", {}).get("ranks", []))
        await client.json(token="no")
        await client.json(room_id="no")
        return rows, (await client.json("/ledger", token=""))[1]

    rows, ledger = ask(crawl)
    assert ledger["rows"] == rows > 0
    assert ledger["bad_rows"] == 0
    assert ledger["outcomes"] == {"ok": 3, "ended": 1, "bad_token": 1, "bad_request": 1}
    assert ledger["rooms"] == {
        ROOM: {"answers": 3, "rows": rows, "bad_rows": 0, "outcomes": {"ok": 2, "bad_token": 1}},
        EMPTY: {"answers": 1, "rows": 0, "bad_rows": 0, "outcomes": {"ok": 1}},
        ENDED: {"answers": 1, "rows": 0, "bad_rows": 0, "outcomes": {"ended": 1}},
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "", "example.org"])  # noqa: S104  the server refuses it
def test_only_loopback_addresses_are_served(host: str) -> None:
    """Other machines cannot reach a simulated gateway."""

    async def served() -> None:
        async with serve(World(), host=host):
            pass

    with pytest.raises(SettingError, match="loopback"):
        asyncio.run(served())
