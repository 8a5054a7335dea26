"""What follows from each answer."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict import (
    DOWN,
    Action,
    Context,
    Seen,
    Shape,
    Verdict,
    Verdicts,
    form,
    is_of_a_web_server,
    of_gateway,
    row,
)
from rankcrawler.gateways.verdict.table import DEFAULTS

READ, RETRY, WAIT, GONE, GONE_ONCE, STOP = Action


def judged(seen: Seen, words: str = "网络繁忙", verdicts: str = "") -> tuple[Action, str]:
    """The action and its reason."""
    verdict = Verdicts.of(verdicts).of_answer(seen, Context(words, fault="a fault of ours"))
    return verdict.action, verdict.reason


ROWS = {
    ("http", 200): (READ, ""),
    ("http", 401): (STOP, "HTTP 401: the gateway refuses the token: '网络繁忙'"),
    ("http", 402): (STOP, "HTTP 402: the token's quota is spent: '网络繁忙'"),
    ("http", 403): (STOP, "HTTP 403: the gateway refuses the token: '网络繁忙'"),
    ("http", 404): (GONE, "HTTP 404: no such room: '网络繁忙'"),
    ("http", 410): (GONE, "HTTP 410: the room is gone: '网络繁忙'"),
    ("http", 429): (WAIT, "HTTP 429: the gateway asks to slow down: '网络繁忙'"),
    ("code", 200): (READ, ""),
    ("code", 401): (STOP, "code 401: the gateway refuses the token: '网络繁忙'"),
    ("code", 402): (STOP, "code 402: the token's quota is spent: '网络繁忙'"),
    ("code", 403): (STOP, "code 403: the gateway refuses the token: '网络繁忙'"),
    ("code", 404): (GONE, "code 404: no such room: '网络繁忙'"),
    ("code", 410): (GONE, "code 410: the room is gone: '网络繁忙'"),
    ("code", 429): (WAIT, "code 429: the gateway asks to slow down: '网络繁忙'"),
    ("status_code", 0): (READ, ""),
    ("shape", "no_answer"): (RETRY, "a fault of ours: '网络繁忙'"),
    ("shape", "empty_body"): (RETRY, "unreadable answer, an empty body: '网络繁忙'"),
    ("shape", "html_page"): (RETRY, "unreadable answer, an HTML page: '网络繁忙'"),
    ("shape", "unreadable"): (RETRY, "unreadable answer: a fault of ours: '网络繁忙'"),
}
"""What the table should say, written out once more."""


def test_every_row_of_the_table_is_tested() -> None:
    assert set(ROWS) == set(DEFAULTS)


@pytest.mark.parametrize(("cell", "expected"), ROWS.items(), ids=str)
def test_a_row_of_the_table_has_its_action_and_reason(
    cell: tuple[str, int | str], expected: tuple[Action, str]
) -> None:
    field, value = cell
    seen = {
        "http": Seen(int(value) if field == "http" else 200, code=200),
        "code": Seen(200, code=int(value) if field == "code" else None),
        "status_code": Seen(200, 200, int(value) if field == "status_code" else None),
        "shape": Seen(shape=Shape(value) if field == "shape" else Shape.LIST),
    }[field]
    assert judged(seen) == expected


@pytest.mark.parametrize(
    ("seen", "action", "reason"),
    [
        (Seen(200, 200, 0), READ, ""),
        (Seen(200, None, 0), READ, ""),
        (Seen(200, 200, None), READ, ""),
        (Seen(200), READ, ""),
        *((Seen(status), RETRY, f"HTTP {status}: '网络繁忙'") for status in (204, 302, 400, 444, 500, 502, 503)),
        (Seen(502, shape=Shape.HTML_PAGE), RETRY, "HTTP 502: an HTML page: '网络繁忙'"),
        (Seen(444, shape=Shape.EMPTY_BODY), RETRY, "HTTP 444: an empty body: '网络繁忙'"),
        (Seen(404), RETRY, "HTTP 404: a web server's answer, not the gateway's: '网络繁忙'"),
        (
            Seen(410, shape=Shape.EMPTY_BODY),
            RETRY,
            "HTTP 410: a web server's answer, not the gateway's, an empty body: '网络繁忙'",
        ),
        (
            Seen(404, shape=Shape.HTML_PAGE),
            RETRY,
            "HTTP 404: a web server's answer, not the gateway's, an HTML page: '网络繁忙'",
        ),
        (Seen(404, None, 10011), GONE, "HTTP 404: no such room: '网络繁忙'"),
        (Seen(403, 404), STOP, "HTTP 403: the gateway refuses the token: '网络繁忙'"),
        (Seen(400, 404), GONE, "code 404: no such room: '网络繁忙'"),
        (Seen(500, 402), STOP, "code 402: the token's quota is spent: '网络繁忙'"),
        (Seen(500, 500), RETRY, "HTTP 500, code 500: '网络繁忙'"),
        (Seen(200, 500), RETRY, "code 500: '网络繁忙'"),
        (Seen(200, 0, 0), RETRY, "code 0: '网络繁忙'"),
        (Seen(200, -77123), RETRY, "code -77123: '网络繁忙'"),
        (Seen(200, 200, 10011), RETRY, "status_code 10011: '网络繁忙'"),
        (Seen(200, None, 4017136), RETRY, "status_code 4017136: '网络繁忙'"),
        (Seen(200, 200, 404), RETRY, "status_code 404: '网络繁忙'"),
        (Seen(200, 1, 2), RETRY, "code 1, status_code 2: '网络繁忙'"),
    ],
)
def test_codes_together_have_their_action_and_what_is_unknown_is_shown_as_it_came(
    seen: Seen, action: Action, reason: str
) -> None:
    assert judged(seen) == (action, reason)


@pytest.mark.parametrize(
    ("verdicts", "seen", "expected"),
    [
        ("http:444=gone", Seen(444), (GONE, "HTTP 444: '网络繁忙'")),
        ("code:10011=gone", Seen(200, 10011), (GONE, "code 10011: '网络繁忙'")),
        ("code:10011=gone", Seen(400, 10011), (GONE, "code 10011: '网络繁忙'")),
        ("status_code:-4=stop", Seen(200, 200, -4), (STOP, "status_code -4: '网络繁忙'")),
        ("code:0=read", Seen(200, 0, 0), (READ, "")),
        ("http:203=read", Seen(203, 200, 0), (READ, "")),
        ("http:404=retry", Seen(404), (RETRY, "HTTP 404: '网络繁忙'")),
        ("http:404=read", Seen(404, 200, 0), (READ, "")),
        ("http:400=retry, code:7=gone", Seen(400, 7), (GONE, "code 7: '网络繁忙'")),
        ("code:7=gone,status_code:8=stop", Seen(200, 7, 8), (STOP, "status_code 8: '网络繁忙'")),
        (" shape:html_page = stop ,", Seen(502, shape=Shape.HTML_PAGE), (STOP, "an HTML page: '网络繁忙'")),
        ("shape:unreadable=gone", Seen(200, shape=Shape.UNREADABLE), (GONE, "a fault of ours: '网络繁忙'")),
        ("http:404=gone", Seen(404, shape=Shape.HTML_PAGE), (GONE, "HTTP 404: an HTML page: '网络繁忙'")),
        ("code:10011=gone", Seen(200, 10012), (RETRY, "code 10012: '网络繁忙'")),
        ("", Seen(200, 10011), (RETRY, "code 10011: '网络繁忙'")),
    ],
)
def test_a_users_rules_go_before_the_table(verdicts: str, seen: Seen, expected: tuple[Action, str]) -> None:
    assert judged(seen, verdicts=verdicts) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "444=retry", "http=retry", "http:444", "http:444=", "http:444=maybe", "http:x=gone", "cod:1=gone",
        "http:1.5=gone", "http:٣=gone", "http:444=retry 5", "http:444=wait -1", "http:444=wait 99999",
        "http:444=wait soon", "code:1 = Gone", "shape:list=gone", "shape:html=gone", "shape:html_page=read",
        "http:444=retry code:1=gone", "code:" + "9" * 30 + "=gone",
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_shown_with_what_was_expected(rule: str) -> None:
    with pytest.raises(SettingError) as refusal:
        Verdicts.of(f"http:500=retry, {rule}")
    said = str(refusal.value)
    assert said.startswith(f"VERDICTS, entry {rule!r}: expected FIELD:VALUE=ACTION")
    assert "status_code:4017136=wait 30" in said
    assert "\n" not in said


def test_two_rules_for_one_value_are_one_too_many() -> None:
    with pytest.raises(SettingError, match="two entries for code:7"):
        Verdicts.of("code:7=gone, code:07=stop")


@given(st.text())
def test_a_setting_is_read_or_refused(verdicts: str) -> None:
    with suppress(SettingError):
        Verdicts.of(verdicts)


@given(
    st.builds(
        Seen,
        st.none() | st.integers(100, 599),
        st.none() | st.integers(),
        st.none() | st.integers(),
        st.sampled_from(Shape),
    ),
    st.text(),
)
def test_every_answer_has_a_verdict_in_one_line(seen: Seen, words: str) -> None:
    verdict = Verdicts().of_answer(seen, Context(words))
    assert isinstance(verdict, Verdict)
    assert (verdict.action is READ) == (verdict.reason == "")
    assert "\n" not in verdict.reason
    assert verdict.action is not READ or seen.shape is Shape.LIST


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (b"", Shape.EMPTY_BODY),
        (b" \r\n" * 100, Shape.EMPTY_BODY),
        (b"\xef\xbb\xbf", Shape.EMPTY_BODY),
        (b"<!DOCTYPE html>", Shape.HTML_PAGE),
        (b"\xef\xbb\xbf\n <html>", Shape.HTML_PAGE),
        (b"{", Shape.UNREADABLE),
        (b"{}", Shape.UNREADABLE),
        (b"4<", Shape.UNREADABLE),
    ],
)
def test_what_cannot_be_read_has_a_shape(body: bytes, shape: Shape) -> None:
    assert Shape.of_unreadable(body) is shape


@pytest.mark.parametrize("seen", [Seen(None), Seen(444), Seen(500), Seen(503, 7), Seen(599, 1, 2)])
def test_no_answer_and_a_servers_failure_have_one_form(seen: Seen) -> None:
    assert form(*seen[:3]) == DOWN


def test_other_failures_have_the_form_of_their_codes() -> None:
    seen = [Seen(200), Seen(400), Seen(200, 500), Seen(200, 200, 10011), Seen(200, None, 10011)]
    assert len({DOWN, *(form(*each[:3]) for each in seen)}) == 1 + len(seen)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(404), True), (Seen(410), True), (Seen(405), True), (Seen(302), True), (Seen(404, 404), False),
        (Seen(404, None, 1), False), (Seen(400), False), (Seen(502), False), (Seen(None), False), (Seen(200), False),
    ],
)  # fmt: skip
def test_a_web_server_answers_for_the_gateway_where_there_is_no_route_to_it(seen: Seen, expected: bool) -> None:
    assert is_of_a_web_server(*seen[:3]) is expected


def test_a_verdict_of_the_users_is_told_from_the_tables() -> None:
    own = Verdicts.of("code:7=gone, http:203=read")
    assert own.is_own(Seen(200, 7))
    assert not own.is_own(Seen(404, 404))
    assert not own.is_own(Seen(203))


def test_words_of_strangers_are_cut_and_cannot_break_the_line() -> None:
    _, reason = judged(Seen(200, 7), "a\n\x1b[31m" + "b" * 1000)
    assert reason.startswith(r"code 7: 'a\n\x1b[31mbbb")
    assert len(reason) < 240


def test_a_code_without_words_is_the_whole_reason() -> None:
    assert judged(Seen(200, 7), "") == (RETRY, "code 7")


def test_a_redirect_is_shown_with_its_target() -> None:
    verdict = Verdicts().of_answer(
        Seen(302, shape=Shape.EMPTY_BODY), Context(location="https://login.test/\n" + "x" * 999)
    )
    assert verdict.reason.startswith(r"HTTP 302: a redirect to 'https://login.test/\nxxx")
    assert len(verdict.reason) < 240


@pytest.mark.parametrize(
    ("code", "reason"),
    [("BAD_SIGN", "code BAD_SIGN"), ("a b", "code 'a b'"), ("\x1b[2J", r"code '\x1b[2J'"), ("true", "code true")],
)
def test_a_code_may_be_a_word_and_is_quoted_if_it_is_none(code: str, reason: str) -> None:
    assert judged(Seen(200, code), "") == (RETRY, reason)


def test_words_have_verdicts_and_forms_as_numbers_do() -> None:
    assert judged(Seen(200, "SLOW"), "", "code:SLOW=wait 3, code:E1.x-y=gone") == (WAIT, "code SLOW")
    assert judged(Seen(200, "E1.x-y"), "", "code:E1.x-y=gone") == (GONE, "code E1.x-y")
    assert judged(Seen(404, "NO_ROOM"), "")[0] is GONE, "the gateway's own word, not a web server's page"
    assert form(200, "A", None) != form(200, "B", None)
    assert not is_of_a_web_server(404, "NO_ROOM", None)


def test_a_gateways_table_has_its_own_successes_and_rows() -> None:
    rows = dict([row("http:403", "wait 5: busy"), row("code:OK2", "read")])
    verdicts = Verdicts.of("code:9=gone", of_gateway([0, "OK"], [], rows))
    assert [verdicts.of_answer(Seen(200, code)).action for code in (0, "OK", "OK2", 200, 9)] == [READ] * 3 + [
        RETRY,
        GONE,
    ]
    assert verdicts.of_answer(Seen(200, 0, 0)).action is RETRY, "no status_code means success"
    assert verdicts.of_answer(Seen(403)) == Verdict(WAIT, "HTTP 403: busy", 5)
    assert verdicts.of_answer(Seen(401)).action is STOP


@pytest.mark.parametrize(
    ("cell", "action"), [("code", "gone"), ("code:1", "leave"), ("shape:html_page", "read: x"), ("", "")]
)
def test_a_row_that_is_none_is_refused(cell: str, action: str) -> None:
    with pytest.raises(SettingError, match=r"expected FIELD:VALUE=ACTION"):
        row(cell, action)
