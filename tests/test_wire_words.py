"""The gateway's own words are found in every form of failure that is known, and in whatever else comes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.gateways.wire.words import LONGEST, said


def words(answer: Any) -> str:
    return said(json.dumps(answer, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "name", ["msg", "message", "message_zh", "detail", "details", "status_msg", "errmsg", "error", "prompts", "router"]
)
@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: {"message": text}, lambda text: [{"msg": text}]])
def test_each_name_is_read_with_text_an_object_or_a_list(name: str, wrap: Any) -> None:
    assert words({"code": 403, name: wrap("余额不足，请充值")}) == "余额不足，请充值"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"code": 200, "msg": "成功", "data": {"data": {"message": "m", "prompts": "p"}, "status_code": 10011}}, "p m"),
        ({"code": 200, "msg": "成功", "data": {"data": {}, "status_code": 10011}}, ""),
        ({"code": 500, "msg": "busy", "data": {"prompts": "later"}}, "later busy"),
        ({"data": {"prompts": "p"}, "extra": {"now": 1}, "status_code": 4017136}, "p"),
        ({"detail": {"code": 400, "message": "参数错误", "support": "s", "time": "t", "router": "/a"}}, "参数错误"),
        ({"detail": [{"loc": ["query", "room_id"], "msg": "field required", "type": "v"}]}, "field required"),
        ({"code": 402, "message": "no quota", "message_zh": "余额不足"}, "余额不足 no quota"),
        ({"msg": "twice", "message": "twice"}, "twice"),
        ({"msg": "", "message": None, "error": "e"}, "e"),
        ({"msg": {"why": ["token"]}}, '{"why": ["token"]}'),
        ({"msg": 7}, "7"),
        ({"data": {"nickname": "of no concern"}}, ""),
        ({"a": {"msg": "of no concern"}}, ""),
        ([1], ""),
        ("a text", ""),
    ],
)
def test_words_are_put_together_the_innermost_first(answer: Any, expected: str) -> None:
    assert words(answer) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ""),
        (b" \r\n", ""),
        (b"upstream timed out\n", "upstream timed out"),
        ("网络繁忙".encode(), "网络繁忙"),
        (b"\xff\xfe{\x00}\x00", ""),
        (b"busy\x00", ""),
        (b"\xef\xbb\xbf<html><head>\n<TITLE lang='x'>502 Bad Gateway</TITLE>", "502 Bad Gateway"),
        (b"<h1>Not Found</h1>", "Not Found"),
        (b"<html><p>nothing</p>", ""),
        (b'{"code": 500, "msg": "bu', ""),
        (b'{"msg": "\\ud83d"}', "\ufffd"),
        ('{"msg": "clé"}'.encode("latin-1"), '"cl\ufffd"'),
    ],
)
def test_what_is_no_json_gives_its_title_or_its_beginning(body: bytes, expected: str) -> None:
    assert said(body) == expected


PLACES = [("data", "prompts"), ("detail", "message_zh"), ("detail", "message"), ("message",)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"message": "m", "data": {"prompts": "p"}}, "p"),
        ({"message": "m", "detail": {"message": "no", "message_zh": "不"}}, "不 no"),
        ({"message": "m", "data": {"prompts": ""}}, "m"),
        ({"message": "m", "data": [1]}, "m"),
        ({"message": "success", "error": "e"}, "e"),
        ({"message": ["a", "b"]}, "a b"),
        ({"msg": "of the usual names"}, "of the usual names"),
    ],
)
def test_words_at_the_places_of_a_profile_go_before_the_usual_names(answer: Any, expected: str) -> None:
    assert said(json.dumps(answer).encode(), PLACES) == expected


@pytest.mark.parametrize(
    "body", [b"x" * 10_000, json.dumps({"msg": "x" * 10_000}).encode(), b'{"msg": [' + b"0," * 9999 + b"0]}"]
)
def test_long_words_are_cut(body: bytes) -> None:
    assert len(said(body)) == LONGEST


@pytest.mark.parametrize("opening", [b'{"data":', b'{"detail":', b'{"msg":', b"[", b'{"detail":['])
def test_no_depth_does_harm(opening: bytes) -> None:
    assert isinstance(said(opening * 100_000), str)


@given(st.binary(max_size=200))
def test_any_bytes_come_to_words(body: bytes) -> None:
    assert isinstance(said(body), str)
