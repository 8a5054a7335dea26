"""How a gateway of each profile is asked for an anchor's room, and what its answers say: live, offline or unknown."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from scrapy.settings import Settings

from rankcrawler.gateways import profiles
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.discovery import Answered, Lookup
from rankcrawler.gateways.gateway import Gateway, client
from rankcrawler.gateways.profiles import DiscoveryCall, Layout, ListCall, Profile
from rankcrawler.gateways.verdict import Action
from rankcrawler.model.anchors import Anchor, Look, State
from rankcrawler.options import Options
from rankcrawler.simulator.airtime import Airtime, OnAir
from rankcrawler.simulator.world import World
from tests.gateways import NOON, TOKEN, simulated

ROOM = "7212345678901234567"
UID, OTHER = "98204909466", "98204909467"
PLATFORM = {"extra": {"now": NOON}, "status_code": 0}


def gateway(profile: str | Profile) -> Gateway:
    """A gateway of a profile."""
    return Gateway(
        Address("http://gateway.test"), profile=profiles.named(profile) if isinstance(profile, str) else profile
    )


def lookup(profile: str | Profile, by: str = "uid") -> Lookup:
    """The call of a profile that finds anchors who are known by this."""
    found = gateway(profile).discovery.of(Anchor(by, UID))
    assert found is not None
    return found


def of_room() -> Lookup:
    """The default profile's call about one room."""
    found = gateway("titodata").discovery.of_room
    assert found is not None
    return found


def read(of: Lookup, answer: Any, *asked: str, status: int = 200, **headers: str) -> Answered:
    """What an answer says; one that is no bytes is JSON."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return of.read(Reply(status, [*headers.items()], body), asked or [UID], NOON)


def look(of: Lookup, answer: Any, asked: str = UID) -> Look:
    """What an answer says of one anchor or room."""
    return read(of, answer, asked).looks[asked]


def rooms(found: Any) -> Any:
    """The default gateway's answer with a map of rooms."""
    return {"code": 200, "msg": "成功", "data": {"data": {"room_id": found}, **PLATFORM}}


def room(**fields: Any) -> Any:
    """The default gateway's answer about one room."""
    return {"code": 200, "msg": "成功", "data": {"data": fields, **PLATFORM}}


def videos(**changes: Any) -> Any:
    """The answer of evil0ctal about a web_rid."""
    one = {"id": int(ROOM), "id_str": ROOM, "status": 2, "title": "晚安", "room_view_stats": {"display_value": "3万"}}
    data = {"data": [one], "room_status": 0, "user": {"nickname": "主播", "sec_uid": "MS4wLjABAAAA-x_1"}} | changes
    return {"code": 200, "router": "/api", "data": {"data": data, **PLATFORM}}


URLS = {
    ("titodata", "uid"): f"/douyin/user/rooms?uid={UID},{OTHER}",
    ("evil0ctal", "web_rid"): f"/api/douyin/web/fetch_user_live_videos?webcast_id={UID}",
    ("tikhub", "web_rid"): f"/api/v1/douyin/web/fetch_user_live_videos?webcast_id={UID}",
    ("tikhub", "sec_uid"): f"/api/v1/douyin/web/fetch_user_live_videos_by_sec_uid?sec_uid={UID}",
    ("tikhub", "uid"): f"/api/v1/douyin/web/fetch_user_live_info_by_uid?uid={UID}",
    ("raw", "uid"): f"/webcast/distribution/check_user_live_status/?user_ids={UID}",
}


@pytest.mark.parametrize(("profile", "by"), URLS)
def test_a_gateway_is_asked_as_it_is_documented(profile: str, by: str) -> None:
    of = lookup(profile, by)
    call = of.request([UID, OTHER][: of.batch])
    assert (call.url, call.method) == (f"http://gateway.test{URLS[profile, by]}", "GET")


def test_several_anchors_go_in_one_call_where_the_gateway_takes_them() -> None:
    assert {name: gateway(name).discovery.batch for name in profiles.names()} == {
        "titodata": 10,
        "evil0ctal": 1,
        "raw": 1,
        "tikhub": 1,
        "tikhub-tiktok": 1,
    }


def test_a_profile_says_what_it_cannot_find() -> None:
    of = gateway("titodata").discovery
    assert of.missing(Anchor("uid", UID)) == ""
    assert (
        of.missing(Anchor("web_rid", "646454278948"))
        == "the gateway's profile titodata finds no room by web_rid: it takes uid"
    )
    assert gateway("tikhub-tiktok").discovery.missing(Anchor("uid", UID)) == (
        "the gateway's profile tikhub-tiktok has no call that finds an anchor's room"
    )


def test_who_is_missing_from_a_map_of_live_rooms_is_offline() -> None:
    found = read(lookup("titodata"), rooms({UID: int(ROOM)}), UID, OTHER).looks
    assert found == {UID: Look(State.LIVE, room_id=ROOM), OTHER: Look(State.OFFLINE)}


def test_an_empty_map_that_comes_as_a_list_is_empty() -> None:
    assert look(lookup("titodata"), rooms([])) == Look(State.OFFLINE)


@pytest.mark.parametrize("found", [0, "0", "", "none", -5, None, {"id": ROOM}, 2**63, True, 7.5])
def test_a_room_id_that_is_none_is_unknown(found: Any) -> None:
    assert look(lookup("titodata"), rooms({UID: found})).state is State.UNKNOWN


NOTHING = [
    b"",
    b"<!DOCTYPE html><html><title>502</title></html>",
    b'{"code": 200, "data": {"data": {"room',
    b"[]",
    b"null",
    b"\xff\xfe",
    {"code": 200, "msg": "ok"},
    {"code": 200, "msg": "ok", "data": {}},
    {"code": 200, "msg": "ok", "data": {"data": {}, **PLATFORM}},
    {"code": 200, "msg": "ok", "data": {"data": {"room_id": None}, **PLATFORM}},
    {"code": 200, "msg": "ok", "data": {"data": {"room_id": ["x"]}, **PLATFORM}},
    {"code": 200, "msg": "ok", "data": {"data": {"room_id": {}}, "status_code": 10011}},
    {"code": 500, "msg": "busy", "data": {"data": {"room_id": {}}, **PLATFORM}},
]


@pytest.mark.parametrize("answer", NOTHING, ids=range(len(NOTHING)))
def test_an_answer_that_says_nothing_is_unknown_and_never_offline(answer: Any) -> None:
    found = look(lookup("titodata"), answer)
    assert found.state is State.UNKNOWN
    assert found.reason


@pytest.mark.parametrize("status", [204, 301, 400, 404, 500, 502])
def test_another_status_than_200_is_unknown_even_around_a_good_body(status: int) -> None:
    answered = read(lookup("titodata"), rooms({}), status=status)
    assert answered.looks[UID].state is State.UNKNOWN


def test_refusals_and_requests_to_wait_have_their_verdict() -> None:
    of = lookup("tikhub")
    waits = read(of, {"detail": {"code": 429, "message": "slow down"}}, status=429, **{"Retry-After": "7"})
    assert (waits.verdict.action, waits.verdict.seconds) == (Action.WAIT, 7.0)
    refused = read(of, {"detail": {"code": 401, "message": "Invalid API token"}}, status=401)
    assert refused.verdict.action is Action.STOP
    assert "Invalid API token" in refused.verdict.reason
    assert of.unanswered("timed out", [UID]).looks[UID].state is State.UNKNOWN


def test_a_room_tells_its_title_its_times_and_its_anchor() -> None:
    answer = room(status=2, title=" 晚安 ", create_time=1789990000, finish_time=0, owner={"id": 5, "nickname": "主播"})
    assert look(of_room(), answer, ROOM) == Look(
        State.LIVE, room_id=ROOM, title="晚安", nickname="主播", uid="5", began_ms=1_789_990_000_000
    )


def test_a_replay_is_not_live() -> None:
    found = look(of_room(), room(status=2, create_time=1789990000, finish_time="1789999000"), ROOM)
    assert (found.state, found.finished_ms) == (State.OFFLINE, 1_789_999_000_000)


@pytest.mark.parametrize(("status", "state"), [(4, State.OFFLINE), (3, State.UNKNOWN), (None, State.UNKNOWN)])
def test_a_status_is_live_or_ended_or_unknown(status: int | None, state: State) -> None:
    assert look(of_room(), room(status=status), ROOM).state is state


def test_a_web_rid_gives_the_room_its_audience_and_the_anchors_name() -> None:
    assert look(lookup("evil0ctal", "web_rid"), videos()) == Look(
        State.LIVE,
        room_id=ROOM,
        title="晚安",
        nickname="主播",
        audience="3万",
        sec_uid="MS4wLjABAAAA-x_1",
    )


def test_where_id_and_id_str_disagree_the_text_counts_and_it_is_flagged() -> None:
    rounded = {"id": int(float(ROOM)), "id_str": ROOM}
    found = look(lookup("evil0ctal", "web_rid"), videos(data=[rounded]))
    assert (found.room_id, found.flags) == (ROOM, ("id_disagrees",))


def test_an_ended_room_is_offline_without_its_id_and_a_live_one_is_unknown() -> None:
    of = lookup("evil0ctal", "web_rid")
    assert look(of, videos(data=[], room_status=2)).state is State.OFFLINE
    assert look(of, videos(data=[])).state is State.UNKNOWN
    assert look(of, videos(room_status=None)).state is State.UNKNOWN


def rows(**changes: Any) -> Profile:
    """A profile whose call answers with rows about uids, asked by POST."""
    call = DiscoveryCall(
        asks="uid", path="/live", method="POST", parameter="ids", batch=3, form="rows", entries="/items", key="/who",
        room_id="/room", status="/on", live=(True,), ended=(False,), constants={"all": True},
    )  # fmt: skip
    lists = {"ranklist": ListCall(path="/ranks")}
    return Profile(
        name="x", about="x", token="none", lists=lists, answer=Layout(list="/ranks"), discovery={"a": call}, **changes
    )


def test_rows_are_matched_by_what_they_are_about() -> None:
    of = lookup(rows())
    assert of.request([UID, OTHER]).body == b'{"ids":"98204909466,98204909467","all":true}'
    answer = {"items": [{"who": int(OTHER), "room": ROOM, "on": True}, {"who": UID, "on": False}]}
    found = read(of, answer, UID, OTHER, "1").looks
    assert [found[each].state for each in (UID, OTHER, "1")] == [State.OFFLINE, State.LIVE, State.UNKNOWN]
    assert found["1"].reason == "the answer has no entry for 1"


ALIVE = Airtime(live=60_000, pause=60_000, drop_out=5_000)


@pytest.mark.parametrize(("profile", "by"), URLS)
def test_the_simulated_gateway_says_what_is_so_in_every_dialect(profile: str, by: str) -> None:
    """What a profile's call reads is what the world has, for anchors on air, off air, dropped out and replayed."""
    world, ids = World(5, airtime=ALIVE), [*range(98_000_000_000, 98_000_000_060)]
    prefix = "MS4wLjABAAAA" if by == "sec_uid" else ""
    with simulated(world, profile=profile) as served:
        settings = {"GATEWAY_URL": served.url, "GATEWAY_PROFILE": profile, "GATEWAY_TOKEN": TOKEN}
        of, found = lookup(profile, by), dict[str, Look]()

        async def ask(connected: Client) -> None:
            for start in range(0, len(ids), of.batch):
                asked = [f"{prefix}{each}" for each in ids[start : start + of.batch]]
                url, method, body = of.request(asked)
                reply = await connected.fetch(url.replace("http://gateway.test", served.url), method, body)
                found.update(of.read(reply, asked, NOON).looks)

        async def run() -> None:
            async with client(Options.of(Settings(), settings)) as connected:
                await ask(connected)

        asyncio.run(run())
        assert served.ledger.looks == Counter(ok=-(-len(ids) // of.batch))
    truth = {each: world.airing(each, NOON) for each in ids}
    assert {airing.state for airing in truth.values()} == {*OnAir}
    for each, airing in truth.items():
        seen = found[f"{prefix}{each}"]
        is_shown = airing.state is OnAir.LIVE or (profile == "titodata" and airing.state is OnAir.REPLAY)
        assert seen.state is (State.LIVE if is_shown else State.OFFLINE)
        assert seen.room_id == airing.session.room_id if is_shown else True
