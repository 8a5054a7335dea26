"""What a gateway of each profile is asked, and what its answers come to, in the shapes that are its own."""

import json
from typing import Any

import msgspec
import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways import profiles
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.profiles import Layout, ListCall, Profile, Success
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from tests.builders import POLLED, POLLED_MS, ROOM, body, example, row
from tests.options import options

RAW = example()["data"]
TIKHUB: dict[str, Any] = {
    "code": 200, "request_id": "r", "message": "Request successful.", "message_zh": "请求成功。", "time": "t",
    "time_stamp": 1, "time_zone": "UTC", "cache_url": "u", "router": "/api", "params": {"room_id": ROOM}, "data": RAW,
}  # fmt: skip
GOOD = {
    "titodata": [example(), RAW],
    "evil0ctal": [{"code": 200, "router": "/api", "data": RAW}],
    "tikhub": [TIKHUB],
    "tikhub-tiktok": [TIKHUB],
    "raw": [RAW, {"success": True, "message": "ok", "data": RAW}],
}
URLS = {
    "titodata": "/douyin/liveroom/ranklist?room_id=5&anchor_id=9",
    "evil0ctal": "/api/douyin/web/fetch_live_gift_ranking?room_id=5&rank_type=30",
    "tikhub": "/api/v1/douyin/web/fetch_live_gift_ranking?room_id=5&rank_type=30",
    "tikhub-tiktok": "/api/v1/tiktok/app/v3/fetch_live_ranking_list?room_id=5&anchor_id=9",
    "raw": "/ranklist?room_id=5&anchor_id=9",
}
SIXTH = Profile(
    name="sixth",
    about="a gateway with a shape of its own",
    token="header:X-Key",
    lists={"ranklist": ListCall(path="/ranks", method="POST", constants={"kind": 3, "all": True})},
    answer=Layout(
        list="/result/items", within=("/payload",), code=("/state",), words=("/why",), success=Success(code=("OK",))
    ),
    verdicts={"code:ENDED": "gone: the room has ended", "code:SLOW": "wait 7"},
)


def gateway(profile: str | Profile, **changes: Any) -> Gateway:
    """A gateway of a profile."""
    chosen = profiles.named(profile) if isinstance(profile, str) else profile
    settings = {"GATEWAY_URL": "http://gateway.test", "GATEWAY_PROFILE": chosen.name} | changes
    if isinstance(profile, str):
        return Gateway.of(options(**settings))
    return Gateway(Address("http://gateway.test"), profile=chosen)


def read(of: Gateway, answer: Any, status: int = 200, **headers: str) -> RoomSnapshot | FailedPoll:
    """What a reply comes to."""
    text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return of.read(Reply(status, named, text), of.target("ranklist", ROOM, "9"), POLLED_MS)


def reason(profile: str, answer: Any, status: int = 200, **headers: str) -> str:
    """The reason and the action of a reply that is no list."""
    found = read(gateway(profile), answer, status, **headers)
    assert isinstance(found, FailedPoll)
    return f"{found.action}: {found.reason}"


@pytest.mark.parametrize("name", profiles.names())
def test_each_profile_asks_in_its_own_way(name: str) -> None:
    asked = gateway(name)
    call = asked.call(asked.target("ranklist", "5", "9"))
    assert call == (f"http://gateway.test{URLS[name]}", "GET", b"")


@pytest.mark.parametrize("name", profiles.names())
def test_each_profile_reads_its_own_good_answers_alike(name: str) -> None:
    asked = gateway(name)
    for answer in GOOD[name]:
        found = read(asked, answer)
        assert isinstance(found, RoomSnapshot)
        same = read(gateway("titodata"), example())
        assert isinstance(same, RoomSnapshot)
        assert found.digest == same.digest
        assert found.captured_at == same.captured_at
        assert not rules.flagged(found).flags
        reply = Reply(200, [], json.dumps(answer).encode())
        assert list(asked.undocumented(reply)) == []


@pytest.mark.parametrize("name", profiles.names())
def test_the_source_names_profile_and_gateway(name: str) -> None:
    expected = "gateway.test" if name == "titodata" else f"{name}:gateway.test"
    assert gateway(name).source == gateway(name).target("ranklist", "5").source == expected


@pytest.mark.parametrize("name", profiles.names())
def test_a_list_without_a_clock_is_dated_by_the_poll_and_flagged(name: str) -> None:
    answer = GOOD[name][0] | ({"extra": {}} if GOOD[name][0] is RAW else {"data": RAW | {"extra": {}}})
    found = read(gateway(name), answer)
    assert isinstance(found, RoomSnapshot)
    assert found.captured_at == POLLED
    assert rules.flagged(found).flags == ("no_clock",)


@pytest.mark.parametrize(
    ("name", "status", "answer", "told"),
    [
        ("evil0ctal", 400, {"detail": {"code": 400, "message": "错误", "support": "s", "time": "t", "router": "/"}},
         "retry: HTTP 400, code 400: '错误'"),
        ("evil0ctal", 422, {"detail": [{"loc": ["query", "room_id"], "msg": "field required", "type": "missing"}]},
         "retry: HTTP 422: the gateway does not accept the parameters: 'field required'"),
        ("evil0ctal", 200, {"code": 200, "router": "/", "data": RAW | {"data": {"prompts": "p"}, "status_code": 20003}},
         "retry: status_code 20003: the gateway is not logged in to the platform: 'p'"),
        ("evil0ctal", 200, {"code": 200, "router": "/", "data": {}},
         "retry: unreadable answer: Expected `array`, got nothing - at `$.data.data.ranks`: '/'"),
        ("evil0ctal", 200, {"code": 200, "router": "/", "data": None},
         "retry: unreadable answer: Expected `array`, got nothing - at `$.data.data.ranks`: '/'"),
        ("tikhub", 401, {"detail": {"code": 401, "message": "bad key", "message_zh": "密钥错误"}},
         "stop: HTTP 401: the gateway refuses the token: '密钥错误 bad key'"),
        ("tikhub", 402, {"code": 402, "message": "no balance", "message_zh": "余额不足"},
         "stop: HTTP 402: the token's quota is spent: '余额不足 no balance'"),
        ("tikhub", 403, {"detail": "forbidden"},
         "stop: HTTP 403: the token has no right to this call, or its quota is spent: 'forbidden'"),
        ("tikhub", 200, TIKHUB | {"data": {"data": {"prompts": "稍后"}, "status_code": 4017136}},
         "retry: status_code 4017136: '稍后'"),
        ("tikhub", 429, {"detail": {"message": "slow"}}, "wait: HTTP 429: the gateway asks to slow down: 'slow'"),
        ("raw", 200, {"error": "no", "code": "SIGN_FAILED", "details": "签名"},
         "retry: code SIGN_FAILED: '签名 no'"),
        ("raw", 500, {"error": "no", "code": "a\n\x1b[2J" + "x" * 99},
         "retry: HTTP 500, code 'a\\n\\x1b[2J" + "x" * 58 + "': 'no'"),
        ("raw", 200, {"success": False, "message": "m", "data": None}, "retry: code false: 'm'"),
        ("raw", 200, {"success": False, "message": "m", "data": RAW}, "retry: code false: 'm'"),
        ("raw", 200, b"", "retry: the platform refuses the signature, an empty body"),
    ],
)  # fmt: skip
def test_a_failure_has_its_verdict_and_the_gateways_own_words(name: str, status: int, answer: Any, told: str) -> None:
    assert reason(name, answer, status) == told


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "7"}, 7), ({"X_RateLimit_Reset": "8"}, 8), ({"Retry_After": "7", "X_RateLimit_Reset": "8"}, 7),
        ({"x_ratelimit_reset": str(POLLED_MS // 1000 + 9)}, 9), ({"X_RateLimit_Reset": str(POLLED_MS + 9500)}, 9.5),
    ],
)  # fmt: skip
def test_a_wait_is_read_from_the_headers_of_the_profile(headers: dict[str, str], wait: float) -> None:
    found = read(gateway("tikhub"), {}, 429, **headers)
    assert isinstance(found, FailedPoll)
    assert found.action == "wait"
    assert found.wait == pytest.approx(wait)


def test_other_headers_carry_no_wait() -> None:
    waits = msgspec.structs.replace(SIXTH.answer, waits=("X-Pause",))
    asked = gateway(msgspec.structs.replace(SIXTH, answer=waits))
    for header, wait in (("Retry_After", 10), ("X_Pause", 3)):
        found = read(asked, {}, 429, **{header: "3"})
        assert isinstance(found, FailedPoll)
        assert found.wait == wait


def test_a_gateway_with_a_shape_of_its_own_is_read() -> None:
    asked, items = gateway(SIXTH), [row(), row(2, score=4)]
    found = read(asked, {"state": "OK", "payload": {"result": {"items": items, "total": 3}}})
    assert isinstance(found, RoomSnapshot)
    assert [(entry.rank, entry.score) for entry in found.entries] == [(1, 10), (2, 4)]
    assert (found.total, found.flags, found.target.source) == (3, ("no_clock",), "sixth:gateway.test")


def test_a_bad_row_is_named_by_its_place_in_any_shape() -> None:
    found = read(gateway(SIXTH), {"state": "OK", "payload": {"result": {"items": [row(), row("x")]}}})
    assert isinstance(found, RoomSnapshot)
    assert [each.path for each in found.quarantined] == ["$.payload.result.items[1].rank"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"state": "ENDED", "why": "over"}, ("gone_once", "code ENDED: the room has ended: 'over'", "ENDED")),
        ({"state": "SLOW"}, ("wait", "code SLOW", "SLOW")),
        ({"state": "200"}, ("retry", "code 200", None)),
        ({"state": 200}, ("retry", "code 200", None)),
        ({"state": "OK"},
         ("retry", "unreadable answer: Expected `array`, got nothing - at `$.payload.result.items`", "OK")),
    ],
)  # fmt: skip
def test_only_the_values_of_the_profile_mean_success(answer: Any, told: tuple[str, str, str | None]) -> None:
    found = read(gateway(SIXTH), answer)
    assert isinstance(found, FailedPoll)
    assert (found.action, found.reason, found.code_word) == told


def test_a_users_verdict_on_a_word_goes_before_the_profiles() -> None:
    asked = gateway("raw", VERDICTS="code:SIGN_FAILED=stop, code:false=wait 3")
    assert [read(asked, {"code": "SIGN_FAILED"}).action, read(asked, {"success": False}).action] == ["stop", "wait"]  # type: ignore[union-attr]


def test_a_post_has_its_parameters_in_a_json_object() -> None:
    asked = gateway(SIXTH)
    url, method, sent = asked.call(asked.target("ranklist", ROOM))
    assert (url, method) == ("http://gateway.test/ranks", "POST")
    assert json.loads(sent) == {"room_id": ROOM, "kind": 3, "all": True}


def test_constants_of_a_get_are_in_its_query() -> None:
    get = msgspec.structs.replace(SIXTH.lists["ranklist"], method="GET", constants={"all": True, "a&b": "c d"})
    asked = gateway(msgspec.structs.replace(SIXTH, lists={"ranklist": get}))
    assert asked.call(asked.target("ranklist", "5")).url == "http://gateway.test/ranks?room_id=5&all=true&a%26b=c+d"


def test_a_kind_that_the_gateway_lacks_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match="profile tikhub has no list of the kind audience: it has ranklist"):
        gateway("tikhub").check("audience")


def test_what_a_target_lacks_is_named() -> None:
    asked = gateway("tikhub-tiktok")
    assert (
        asked.missing(asked.target("ranklist", "5")) == "the gateway's profile tikhub-tiktok needs the room's anchor_id"
    )
    assert asked.missing(asked.target("ranklist", "5", "9")) == ""


@pytest.mark.parametrize("name", profiles.names())
@pytest.mark.parametrize("bound", ["rows", "score", "now"])
def test_the_same_bounds_hold_whatever_the_profile(name: str, bound: str) -> None:
    raw = json.loads(body(*[row()] * (1001 if bound == "rows" else 1)))["data"]
    if bound == "score":
        raw["data"]["ranks"][0]["score"] = -1
    if bound == "now":
        raw["extra"]["now"] = 253402300800000
    found = read(gateway(name), GOOD[name][0] | {"data": raw} if GOOD[name][0] is not RAW else raw)
    assert isinstance(found, FailedPoll)
    assert found.action == "retry"
