"""The simulated gateway's faults: how it draws them, and what a client gets over real HTTP."""

import asyncio
import gzip
import json
import time
from collections import Counter
from typing import NamedTuple

import aiohttp
import pytest

from rankcrawler.errors import SettingError
from rankcrawler.simulator.clock import frozen
from rankcrawler.simulator.faults import QUICK_FAULTS, FaultKind, Faults, parse_fault_kinds
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import serve
from rankcrawler.simulator.world import World
from tests.builders import taken

ROOM = "6994259511469247263"
NOON = 1_790_000_000_000


class Reply(NamedTuple):
    """What a client received, and the gateway's ledger afterwards."""

    status: int
    headers: dict[str, str]
    body: bytes
    ledger: Ledger


def answer_to(faults: Faults, world: World | None = None) -> Reply:
    """Serve with these faults and send one request; the body stays compressed."""

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
    """Faults that give every answer that fault."""
    return Faults(1, [kind], stall=stall)


def test_equal_arguments_draw_equal_faults() -> None:
    """A run can be repeated; another seed gives another run."""
    runs = [Faults(0.5, seed=seed) for seed in (3, 3, 4)]
    drawn = [[faults.draw() for _ in range(50)] for faults in runs]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_rate_is_the_share_of_answers_that_fail() -> None:
    """The faults are drawn from `kinds`; by default that is every kind but stall."""
    faults = Faults(0.3)
    drawn = Counter(faults.draw() for _ in range(5_000))
    assert 0.65 < drawn.pop(None) / 5_000 < 0.75
    assert set(drawn) == set(QUICK_FAULTS) == set(FaultKind) - {FaultKind.STALL}
    assert Faults().draw() is None


def test_latency_varies_around_its_mean() -> None:
    """Waits range from 50% to 150% of it."""
    faults = Faults(latency=2)
    waits = [faults.wait() for _ in range(1_000)]
    assert 1 <= min(waits) < 1.1
    assert 2.9 < max(waits) <= 3
    assert Faults().wait() == 0


def test_latency_delays_the_answer() -> None:
    """An answer takes at least 50% of the mean."""
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
def test_some_faults_are_reported_in_the_answer(kind: FaultKind, status: int, codes: tuple[int, int | None]) -> None:
    """The HTTP status, the code or the inner status code reports them, and there is no list."""
    reply = answer_to(always(kind))
    answer = json.loads(gzip.decompress(reply.body))
    assert reply.status == status
    assert (answer["code"], answer.get("data", {}).get("status_code")) == codes
    assert "ranks" not in answer.get("data", {}).get("data", {})
    assert reply.ledger.outcomes == {kind: 1}
    assert reply.ledger.rows.total() == 0


def test_too_many_requests_has_retry_after() -> None:
    """It is one second."""
    assert answer_to(always(FaultKind.TOO_MANY_REQUESTS)).headers["Retry-After"] == "1"


def test_an_empty_body_is_empty() -> None:
    """The status is 200."""
    reply = answer_to(always(FaultKind.EMPTY_BODY))
    assert (reply.status, reply.body) == (200, b"")


def test_a_page_is_html() -> None:
    """The status is 200."""
    reply = answer_to(always(FaultKind.HTML_PAGE))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_truncated_json_is_the_beginning_of_an_answer() -> None:
    """The gzip stream is complete, but the JSON in it is not."""
    body = gzip.decompress(answer_to(always(FaultKind.TRUNCATED_JSON)).body)
    assert body.startswith(b'{"code":200')
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_truncated_gzip_ends_too_early() -> None:
    """The gzip stream is incomplete."""
    reply = answer_to(always(FaultKind.TRUNCATED_GZIP))
    assert reply.headers["Content-Encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(reply.body)


def test_one_row_in_ten_is_quarantined_among_bad_rows() -> None:
    """The other rows are unchanged, and the ledger states how many are bad."""
    good, spoilt = answer_to(Faults()), answer_to(always(FaultKind.BAD_ROWS))
    rows, spoilt_rows = (json.loads(gzip.decompress(each.body))["data"]["data"]["ranks"] for each in (good, spoilt))
    bad = {row.position - 1 for row in taken(gzip.decompress(spoilt.body)).quarantined}
    assert bad == set(range(1, len(rows), 10))
    assert [row for at, row in enumerate(spoilt_rows) if at not in bad] == [
        row for at, row in enumerate(rows) if at not in bad
    ]
    assert (spoilt.ledger.rows[ROOM], spoilt.ledger.bad_rows[ROOM]) == (len(rows), len(bad))
    assert spoilt.ledger.outcomes == {FaultKind.BAD_ROWS: 1}


@pytest.mark.parametrize("scenario", [Scenario.EMPTY, Scenario.ENDED])
def test_a_room_without_rows_has_no_bad_ones(scenario: Scenario) -> None:
    """The answer is the same as without a fault."""
    world = World(scenarios={ROOM: scenario})
    plain, reply = (answer_to(faults, world) for faults in (Faults(), always(FaultKind.BAD_ROWS)))
    assert (reply.status, reply.ledger.outcomes) == (plain.status, plain.ledger.outcomes)
    assert reply.ledger.bad_rows.total() == 0


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.STALL])
def test_a_dropped_connection_gives_no_answer(kind: FaultKind) -> None:
    """A reset drops it at once, a stall after its seconds."""
    with pytest.raises(aiohttp.ClientConnectionError):
        answer_to(always(kind, stall=0.05))


def test_a_stalled_answer_does_not_delay_the_end_of_the_gateway() -> None:
    """The client gives up first, and then the server stops at once."""

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


def test_kinds_of_fault_are_read_from_a_comma_separated_list() -> None:
    """An unknown name is refused with the names that exist."""
    assert parse_fault_kinds("reset, stall") == (FaultKind.RESET, FaultKind.STALL)
    with pytest.raises(SettingError, match="truncated_gzip"):
        parse_fault_kinds("reset,nonsense")


@pytest.mark.parametrize(("rate", "kinds", "latency"), [(1.1, QUICK_FAULTS, 0), (0.5, (), 0), (0, (), -1)])
def test_invalid_arguments_are_refused(rate: float, kinds: tuple[FaultKind, ...], latency: float) -> None:
    """The rate exceeds 1, there is no kind of fault, or the latency is negative."""
    with pytest.raises(SettingError):
        Faults(rate, kinds, latency=latency)
