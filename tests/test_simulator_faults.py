"""The simulated gateway's faults, drawn by chance and done over real HTTP."""

import asyncio
import gzip
import json
import time
from collections import Counter
from typing import NamedTuple

import aiohttp
import pytest
from rankcrawler.gateways.wire.answer import PartialAnswer

from rankcrawler.errors import SettingError
from rankcrawler.gateways import wire
from rankcrawler.simulator.clock import frozen
from rankcrawler.simulator.faults import QUICK_FAULTS, FaultKind, Faults, parse_fault_scenarios
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import serve
from rankcrawler.simulator.world import World

ROOM = "6994259511469247263"
NOON = 1_790_000_000_000


class Reply(NamedTuple):
    """What a client saw, and the gateway's books afterwards."""

    status: int
    headers: dict[str, str]
    body: bytes
    ledger: Ledger


def answer_to(faults: Faults, world: World | None = None) -> Reply:
    """Serve with these faults and ask once; the body is as it came, compressed."""

    async def asked() -> Reply:
        async with (
            serve(world or World(), clock=frozen(NOON), faults=faults) as gateway,
            aiohttp.ClientSession(auto_decompress=False) as session,
        ):
            query = {"token": gateway.token, "room_id": ROOM}
            async with session.get(f"{gateway.url}/douyin/liveroom/ranklist", params=query) as reply:
                return Reply(reply.status, dict(reply.headers), await reply.read(), gateway.ledger)

    return asyncio.run(asked())


def always(kind: FaultKind, stall: float = 60.0) -> Faults:
    """Nothing but that fault."""
    return Faults(1, [kind], stall=stall)


def test_equal_arguments_draw_equal_faults() -> None:
    """A run can be repeated; another seed is another run."""
    runs = [Faults(0.5, seed=seed) for seed in (3, 3, 4)]
    drawn = [[faults.draw() for _ in range(50)] for faults in runs]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_rate_is_the_share_of_answers_that_fail() -> None:
    """Among the kinds in play, which are all but stall unless said otherwise."""
    faults = Faults(0.3)
    drawn = Counter(faults.draw() for _ in range(5_000))
    assert 0.65 < drawn.pop(None) / 5_000 < 0.75
    assert set(drawn) == set(QUICK_FAULTS) == set(FaultKind) - {FaultKind.STALL}
    assert Faults().draw() is None


def test_latency_varies_around_its_mean() -> None:
    """From half to one and a half of it."""
    faults = Faults(latency=2)
    waits = [faults.wait() for _ in range(1_000)]
    assert 1 <= min(waits) < 1.1
    assert 2.9 < max(waits) <= 3
    assert Faults().wait() == 0


def test_latency_is_waited_for() -> None:
    """An answer takes at least half of the mean."""
    started = time.monotonic()
    assert answer_to(Faults(latency=0.2)).status == 200
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("kind", "status", "codes"),
    [
        (FaultKind.SERVER_ERROR, 500, (500, None)),
        (FaultKind.TOO_MANY_REQUESTS, 429, (429, None)),
        (FaultKind.IN_BAND_CODE, 200, (500, None)),
        (FaultKind.INNER_STATUS, 200, (200, 4017136)),
    ],
)
def test_some_faults_say_so(kind: FaultKind, status: int, codes: tuple[int, int | None]) -> None:
    """In the HTTP status, the code or the inner status code; there is no list."""
    reply = answer_to(always(kind))
    answer = json.loads(gzip.decompress(reply.body))
    assert reply.status == status
    assert (answer["code"], answer.get("data", {}).get("status_code")) == codes
    assert "ranks" not in answer.get("data", {}).get("data", {})
    assert reply.ledger.outcomes == {kind: 1}
    assert reply.ledger.rows.total() == 0


def test_too_many_requests_says_when_to_come_back() -> None:
    """After one second."""
    assert answer_to(always(FaultKind.TOO_MANY_REQUESTS)).headers["Retry-After"] == "1"


def test_an_empty_body_is_empty() -> None:
    """With the status of success."""
    reply = answer_to(always(FaultKind.EMPTY_BODY))
    assert (reply.status, reply.body) == (200, b"")


def test_a_page_is_html() -> None:
    """With the status of success."""
    reply = answer_to(always(FaultKind.HTML_PAGE))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_truncated_json_is_the_beginning_of_an_answer() -> None:
    """The compression is whole, what it holds is not."""
    body = gzip.decompress(answer_to(always(FaultKind.TRUNCATED_JSON)).body)
    assert body.startswith(b'{"code":200')
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_truncated_gzip_ends_too_early() -> None:
    """The compression is cut."""
    reply = answer_to(always(FaultKind.TRUNCATED_GZIP))
    assert reply.headers["Content-Encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(reply.body)


def test_bad_rows_are_one_row_in_ten_that_nobody_can_read() -> None:
    """In a list of which the others are as they were; the ledger says how many are bad."""
    good, spoilt = answer_to(Faults()), answer_to(always(FaultKind.BAD_ROWS))
    rows, spoilt_rows = (json.loads(gzip.decompress(each.body))["data"]["data"]["ranks"] for each in (good, spoilt))
    read = wire.read(gzip.decompress(spoilt.body))
    assert isinstance(read, PartialAnswer)
    bad = {row.position - 1 for row in read.quarantined}
    assert bad == set(range(1, len(rows), 10))
    assert [row for at, row in enumerate(spoilt_rows) if at not in bad] == [
        row for at, row in enumerate(rows) if at not in bad
    ]
    assert (spoilt.ledger.rows[ROOM], spoilt.ledger.bad_rows[ROOM]) == (len(rows), len(bad))
    assert spoilt.ledger.outcomes == {FaultKind.BAD_ROWS: 1}


@pytest.mark.parametrize("kind", [Scenario.EMPTY, Scenario.ENDED])
def test_a_room_without_rows_has_no_bad_ones(kind: Scenario) -> None:
    """It is answered as if there were no fault."""
    world = World(scenarios={ROOM: kind})
    plain, reply = (answer_to(faults, world) for faults in (Faults(), always(FaultKind.BAD_ROWS)))
    assert (reply.status, reply.ledger.outcomes) == (plain.status, plain.ledger.outcomes)
    assert reply.ledger.bad_rows.total() == 0


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.STALL])
def test_a_dropped_connection_gives_no_answer(kind: FaultKind) -> None:
    """At once, or after the stall."""
    with pytest.raises(aiohttp.ClientConnectionError):
        answer_to(always(kind, stall=0.05))


def test_a_stalled_answer_does_not_keep_the_gateway_from_stopping() -> None:
    """The client gives up first; the server stops at once."""

    async def give_up() -> None:
        timeout = aiohttp.ClientTimeout(total=0.1)
        async with (
            serve(World(), faults=always(FaultKind.STALL)) as gateway,
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{gateway.url}/douyin/liveroom/ranklist", params={"token": gateway.token, "room_id": ROOM}),
        ):
            pass

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert time.monotonic() - started < 3


def test_faults_are_named_on_the_command_line() -> None:
    """With commas between them."""
    assert parse_fault_scenarios("reset, stall") == (FaultKind.RESET, FaultKind.STALL)
    with pytest.raises(SettingError, match="truncated_gzip"):
        parse_fault_scenarios("reset,nonsense")


@pytest.mark.parametrize(("rate", "kinds", "latency"), [(1.1, QUICK_FAULTS, 0), (0.5, (), 0), (0, (), -1)])
def test_what_cannot_be_is_refused(rate: float, kinds: tuple[FaultKind, ...], latency: float) -> None:
    """A rate beyond 1, faults of no kind, a wait below 0."""
    with pytest.raises(SettingError):
        Faults(rate, kinds, latency=latency)
