"""Codes: a number in a text is a number, a boolean is a word, and any other word stays as it is."""

import json
from typing import Any

import pytest

from rankcrawler.errors import AnswerError
from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import Layout, Success
from rankcrawler.gateways.wire.codes import LONGEST, Codes, normal

WRAPPED = Layout(
    list="/data/ranks",
    within=("/result", ""),
    status_code="/status_code",
    code=("/code", "/error/code", "/ok"),
    success=Success(code=(0, True), status_code=(0,)),
)
UNREADABLE = AnswerError("unreadable")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (None, None), (0, 0), (-7, -7), ("200", 200), ("-1", -1), ("007", 7), (True, "true"), (False, "false"),
        ("", None), ("BAD", "BAD"), ("1.0", "1.0"), ("--1", "--1"), ("٣", "٣"), ("x" * 99, "x" * LONGEST),
        (str(2**63 - 1), 2**63 - 1), (str(2**63), str(2**63)), ("9" * 99, "9" * LONGEST),
    ],
)  # fmt: skip
def test_a_code_has_one_form_however_it_is_written(code: Any, expected: int | str | None) -> None:
    assert normal(code) == expected


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"code": 7}, 7), ({"code": "7"}, 7), ({"error": {"code": "E"}}, "E"), ({"error": "E"}, None),
        ({"code": None, "error": {"code": 8}}, 8), ({"code": 7, "error": {"code": 8}}, 7),
        ({"ok": False}, "false"),
        ({"code": 0}, None), ({"ok": True}, None), ({"code": [1]}, None), ({"code": 1.5}, None),
        ({"code": 2**63}, None),
        ([], None), ("x", None), ({}, None),
    ],
)  # fmt: skip
def test_the_first_code_that_is_there_counts_unless_it_means_success(answer: Any, code: int | str | None) -> None:
    assert Codes(WRAPPED).of_failure(json.dumps(answer).encode()) == code


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"code": 5, "data": "x"}, (5, None)),
        ({"code": 0, "result": {"status_code": 9, "data": []}}, (0, 9)),
        ({"status_code": "9", "data": []}, (None, 9)),
        ({"result": {"status_code": 0}, "status_code": 9, "code": 5}, (5, 0)),
    ],
)
def test_a_refusal_has_its_codes_whatever_else_it_holds(answer: Any, codes: tuple[int | None, int | None]) -> None:
    found = Codes(WRAPPED).of_refusal(json.dumps(answer).encode(), UNREADABLE)
    assert (found.code, found.inner_code) == codes


@pytest.mark.parametrize("answer", [{"code": 0}, {"ok": True, "status_code": 0}, {}, {"code": {}}, [1]])
def test_a_success_that_cannot_be_read_is_no_refusal(answer: Any) -> None:
    with pytest.raises(AnswerError, match="unreadable"):
        Codes(WRAPPED).of_refusal(json.dumps(answer).encode(), UNREADABLE)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"code": "\\ud83d"}', b"[" * 100_000, b'{"code": nul}'])
def test_no_bytes_break_the_search(body: bytes) -> None:
    Codes(profiles.named().answer).of_failure(body)
