"""What `serve` serves: the lists of the store, as the gateway documents them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import RequestError, SettingError
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.serve import query
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import NOON, environment, run, simulated
from tests.serving import served

BEIJING = ZoneInfo("Asia/Shanghai")
ANCHOR = 98_204_909_466
ROOMS = [str(7_100_000_000_000_000_000 + step) for step in range(8)]
SCENARIOS = {ROOMS[0]: Scenario.EMPTY, ROOMS[1]: Scenario.ANONYMISED, ROOMS[2]: Scenario.WITHHELD}
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY) | SCENARIOS)
PATH = "/douyin/liveroom/ranklist"


def lists(data: Path, kind: str = "ranklist") -> dict[str, RoomSnapshot | None]:
    """The latest list of each room, without what every crawl and gateway has of its own."""
    store = locate.open_records(f"sqlite:///{data}/ranks.db")
    try:
        return {room: _comparable(store.latest(room, kind=kind)) for room in ROOMS}
    finally:
        store.close()


def _comparable(found: RoomSnapshot | None) -> RoomSnapshot | None:
    if found is None:
        return None
    own = {"source": "", "polled_at": ""}
    rows = tuple(msgspec.structs.replace(row, **own) for row in found.entries)
    target = msgspec.structs.replace(found.target, source="")
    return msgspec.structs.replace(found, entries=rows, target=target, polled_at="", digest="")


@pytest.mark.parametrize("kind", ["ranklist", "audience"])
def test_a_crawl_of_what_is_served_stores_the_same_rows(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "rooms.jsonl"
    file.write_text("".join(f'{{"room_id": "{room}", "anchor_id": "{ANCHOR}"}}\n' for room in ROOMS))
    crawl = ("crawl", "ranklist", "-a", f"rooms={file}", "-a", f"kind={kind}")
    with simulated(WORLD) as gateway:
        first = run(*crawl, env=environment(gateway, tmp_path / "a"))
    assert first.returncode == 0, first.stderr
    with served(Setup(f"sqlite:///{tmp_path}/a/ranks.db", BEIJING)) as url:
        env = environment(None, tmp_path / "b", {"GATEWAY_URL": url, "GATEWAY_TOKEN": "any-token"})
        second = run(*crawl, env=env)
    assert second.returncode == 0, second.stderr
    before, after = lists(tmp_path / "a", kind), lists(tmp_path / "b", kind)
    assert sum(len(each.entries) for each in before.values() if each is not None) > 300
    assert after == before


async def asked(url: str, headers: Mapping[str, str] | None = None, **parameters: str) -> tuple[int, Any]:
    """The status and the body of an answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}{PATH}", params=parameters, headers=headers) as response,
    ):
        assert response.content_type == "application/json"
        return response.status, await response.json()


@pytest.fixture(params=stores.DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with two lists of room 1, a failed poll of room 2, and a list of room 3 with rows as odd as can be."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str) -> None:
    """Write what was seen of three rooms."""
    store = locate.open_records(address, create=True)
    for minute, score in enumerate((100, 150)):
        at = iso(NOON + 60_000 * minute)
        place = {"captured_at": at, "polled_at": at, "room_id": "1"}
        store.write([polled(snapshot([entry(1, score=score, **place)], digest=f"{score:032d}", **place))])
    store.write([polled(failed(room_id="2", polled_at=iso(NOON)))])
    place = {"captured_at": iso(NOON), "polled_at": iso(NOON), "room_id": "3"}
    unnamed: dict[str, Any] = {
        "user_id": None,
        "display_id": None,
        "sec_uid": None,
        "is_mystery": None,
        "is_hidden": None,
    }
    odd = [
        entry(1, score=90, user_id="18446744073709551615", **place),
        entry(2, score=None, exactly_score="1.2万", score_precision="rounded", delta=None, user_id="p-7f3a", **place),
        entry(3, score=10, is_anonymous=True, **(place | unnamed)),
        entry(4, score=5, is_anonymous=False, **(place | unnamed)),
    ]
    store.write([polled(snapshot(odd, digest="7" * 32, total=None, **place))])
    store.close()


@pytest.fixture
def url(address: str) -> Iterator[str]:
    with served(Setup(address, BEIJING)) as url:
        yield url


async def test_the_latest_list_is_served_and_the_one_of_a_time(url: str) -> None:
    status, latest = await asked(url, room_id="1", token="x")
    assert (status, latest["code"], latest["data"]["status_code"]) == (200, 200, 0)
    assert latest["data"]["extra"]["now"] == NOON + 60_000
    [row] = latest["data"]["data"]["ranks"]
    assert (row["score"], row["rank"], row["user"]["id_str"]) == (150, 1, str(row["user"]["id"]))
    for moment in (str(NOON + 30_000), iso(NOON + 30_000)):
        _, then = await asked(url, room_id="1", at=moment)
        assert then["data"]["extra"]["now"] == NOON
        assert then["data"]["data"]["ranks"][0]["score"] == 100


async def test_a_room_that_was_never_polled_is_not_known_and_one_without_a_list_has_none_yet(url: str) -> None:
    assert await asked(url, room_id="9") == (404, {"code": 404, "msg": "no ranklist of room 9 is in the store"})
    status, body = await asked(url, room_id="2")
    assert (status, body["code"], body["data"]["status_code"]) == (200, 200, 10011)
    assert body["data"]["data"]["prompts"] == "the room has no list yet"


async def test_what_is_unknown_is_stated_as_nothing_else(url: str) -> None:
    _, body = await asked(url, room_id="3")
    large, named, masked, nobody = body["data"]["data"]["ranks"]
    assert body["data"]["data"]["total"] is None
    assert (large["user"]["id"], large["user"]["id_str"]) == (0, "18446744073709551615")
    assert (named["score"], named["exactly_score"], named["delta"]) == (None, "1.2万", None)
    assert (named["user"]["id"], named["user"]["id_str"]) == (0, "p-7f3a")
    assert (masked["user"]["id"], masked["user"]["sec_uid"], masked["user"]["mystery_man"]) == (111111, "", None)
    assert (nobody["user"], nobody["is_hidden"]) == (None, None)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "the parameter room_id is missing"),
        ({"room_id": "x"}, "the parameter room_id must be a whole number of 1 to 19 digits"),
        ({"room_id": "9223372036854775808"}, "the parameter room_id must be a whole number of 1 to 19 digits"),
        ({"room_id": "1", "anchor_id": "-1"}, "the parameter anchor_id must be a whole number of 1 to 19 digits"),
        ({"room_id": "1", "at": "noon"}, "the parameter at: expected a time"),
        ({"room_id": "1", "at": "2999-01-01"}, "the parameter at: 2999-01-01 00:00:00+08:00 lies in the future"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError, match=re.escape(message)):
        query.parsed(parameters, BEIJING, NOON)


async def test_a_token_is_asked_for_where_one_is_set(address: str) -> None:
    async with serve(Setup(address, BEIJING, token="s3cret-token")) as url:
        refused = (401, {"code": 401, "msg": "the token is wrong"})
        assert await asked(url, room_id="1") == refused
        assert await asked(url, room_id="1", token="s3cret-tokem") == refused
        assert (await asked(url, room_id="1", token="s3cret-token"))[0] == 200


async def test_a_page_that_reaches_the_server_under_another_name_is_refused(url: str) -> None:
    status, body = await asked(url, {"Host": "evil.example"}, room_id="1")
    assert (status, body["code"]) == (403, 403)
    assert (await asked(url, {"Host": "localhost"}, room_id="1"))[0] == 200


async def test_an_address_that_others_reach_needs_a_token(address: str) -> None:
    with pytest.raises(SettingError, match="set API_TOKEN"):
        async with serve(Setup(address, BEIJING), host="0.0.0.0"):  # noqa: S104 — it is refused
            pass


async def test_a_store_that_comes_later_is_served_then(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    async with serve(Setup(address, BEIJING)) as url:
        status, body = await asked(url, room_id="1")
        assert (status, body["code"]) == (500, 500)
        assert "there is no store at" in body["msg"]
        locate.open_records(address, create=True).close()
        assert (await asked(url, room_id="1"))[0] == 404


def test_the_command_serves_until_its_time_is_over(tmp_path: Path) -> None:
    env = environment(None, tmp_path)
    nothing = run("serve", "--port", "0", "--seconds", "0", env=env)
    assert nothing.returncode == 0
    assert "there is no store at" in nothing.stderr
    locate.open_records(f"sqlite:///{tmp_path}/ranks.db", create=True).close()
    done = run("serve", "--port", "0", "--seconds", "0", env=env | {"API_TOKEN": "s3cret-token"})
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"GATEWAY_URL=http://127\.0\.0\.1:\d+\n", done.stdout)
    assert "s3cret-token" not in done.stdout
    shown = run("serve", "-s", "API_TOKEN=s3cret-token", env=env)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "API_TOKEN was given with -s" in shown.stderr
