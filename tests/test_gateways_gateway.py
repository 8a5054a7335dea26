"""The seam of a gateway: the request for a target, and what a reply comes to."""

import json
from typing import Any

import msgspec
import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways import profiles
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.profiles import ListCall
from rankcrawler.gateways.verdict import Verdicts
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.kinds import ListKind
from tests.builders import POLLED, POLLED_MS, TARGET, body, example, row, taken

GATEWAY = Gateway(Address("http://gateway.test"))


def read(status: int = 200, answer: bytes = b"", headers: list[tuple[str, str]] | None = None, attempt: int = 1) -> Any:
    """What a reply comes to."""
    return GATEWAY.read(Reply(status, headers or [], answer), TARGET, POLLED_MS, attempt)


def test_a_target_has_an_address_without_a_token() -> None:
    target = GATEWAY.target("audience", "5", "9")
    assert target.source == GATEWAY.source == "gateway.test"
    assert GATEWAY.call(target).url == "http://gateway.test/douyin/liveroom/audience?room_id=5&anchor_id=9"


def test_a_good_reply_is_the_list_that_it_holds() -> None:
    assert read(answer=json.dumps(example()).encode()) == taken(example())


def test_a_reply_without_a_list_is_a_failed_poll_with_what_was_seen() -> None:
    found = read(200, b'{"code": 500, "msg": "busy"}', attempt=3)
    assert found == FailedPoll(TARGET, POLLED, "retry", "code 500: 'busy'", 200, 500, None, attempt=3)


def test_a_wait_is_as_long_as_the_reply_says() -> None:
    found = read(429, b"{}", [("retry-after", "7")])
    assert (found.action, found.wait) == ("wait", 7.0)


def test_a_request_without_a_reply_is_a_failed_poll() -> None:
    found = GATEWAY.unanswered("connection lost", TARGET, POLLED_MS, 2)
    assert found == FailedPoll(TARGET, POLLED, "retry", "connection lost", None, None, None, attempt=2)


def test_the_verdicts_of_a_user_go_before_the_tables() -> None:
    gateway = Gateway(Address("http://gateway.test"), Verdicts.of("code:500=gone"))
    for confirms in (False, True):
        found = gateway.read(Reply(200, [], b'{"code": 500}'), TARGET, POLLED_MS, confirms=confirms)
        assert isinstance(found, FailedPoll)
        assert found.action == ("gone" if confirms else "gone_once")


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (
            200,
            '{"code": 403, "msg": "余额不足，请充值"}',
            "code 403: the gateway refuses the token: '余额不足，请充值'",
        ),
        (400, '{"detail": {"code": 400, "message": "参数"}}', "HTTP 400, code 400: '参数'"),
        (404, '{"detail": "Not Found"}', "HTTP 404: a web server's answer, not the gateway's: 'Not Found'"),
        (404, '{"detail": {"code": 404, "message": "m"}}', "HTTP 404: no such room: 'm'"),
        (200, "", "unreadable answer, an empty body"),
        (200, "<title>Login</title>", "unreadable answer, an HTML page: 'Login'"),
        (302, "", "HTTP 302: a redirect to 'https://login.test/'"),
        (429, "", "HTTP 429: the gateway asks to slow down, an empty body (for 24 h; asked again after 1 h)"),
    ],
)
def test_the_gateways_own_words_are_in_the_reason(status: int, answer: str, reason: str) -> None:
    headers = [("location", "https://login.test/"), ("X-RateLimit-Reset", "86400")]
    assert read(status, answer.encode(), headers).reason == reason


def test_fields_that_are_not_documented_are_named_once() -> None:
    gateway, reply = Gateway(Address("http://gateway.test")), Reply(200, [], body(row(brand_new=1)))
    assert list(gateway.undocumented(reply)) == ["$.data.data.ranks[].brand_new"]
    assert list(gateway.undocumented(reply)) == []


def test_a_kind_of_list_is_one_object_and_a_table_of_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    hourly = ListKind("hourly", capacity=50, scores_are_gifts=True, states_ranks=False)
    monkeypatch.setitem(kinds.KINDS, "hourly", hourly)
    lists = {"hourly": ListCall(path="/douyin/liveroom/hourly")}
    profile = msgspec.structs.replace(profiles.named(), lists=lists)
    gateway = Gateway(Address("http://gateway.test"), profile=profile)
    target = gateway.target("hourly", "5")
    assert gateway.call(target).url == "http://gateway.test/douyin/liveroom/hourly?room_id=5"
    found = gateway.read(Reply(200, [], body({"user": {"id": 5}}, {"user": {"id": 6}})), target, POLLED_MS)
    assert isinstance(found, RoomSnapshot)
    assert [(entry.kind, entry.rank) for entry in found.entries] == [("hourly", 1), ("hourly", 2)]


def test_a_kind_that_is_not_known_is_not_read_as_another() -> None:
    with pytest.raises(SettingError, match="kind must be"):
        kinds.named("hourly")
    with pytest.raises(KeyError):
        GATEWAY.read(Reply(200, [], b"{}"), GATEWAY.target("hourly", "5"), POLLED_MS)
