"""What follows from each answer."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict import (
    DEFAULT_WAIT,
    DOWN,
    LONGEST_WAIT,
    SHORTEST_WAIT,
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

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
READ, RETRY, WAIT, GONE, GONE_ONCE, STOP = Action


def judged(seen: Seen, words: str = "网络繁忙", verdicts: str = "") -> tuple[Action, str]:
    """The action and its reason."""
    verdict = Verdicts.of(verdicts).of_answer(seen, Context(words, fault="a fault of ours"))
    return verdict.action, verdict.reason


def waiting(retry_after: str | None, verdicts: str = "", *, reset: str | None = None) -> Verdict:
    """The verdict on a 429 with these headers."""
    judged = Verdicts.of(verdicts).of_answer(Seen(429), Context(waits=(retry_after, reset), now=NOW))
    assert judged.action is Action.WAIT
    return judged


def wait(retry_after: str | None, verdicts: str = "", *, reset: str | None = None) -> float:
    """How long a 429 with these headers holds the rooms, in seconds."""
    return waiting(retry_after, verdicts, reset=reset).seconds


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


def test_a_code_that_asks_to_slow_down_holds_for_the_usual_time() -> None:
    assert Verdicts().of_answer(Seen(200, 429)).seconds == DEFAULT_WAIT


def test_a_rule_may_say_how_long_to_wait_and_the_gateway_knows_better() -> None:
    assert Verdicts.of("status_code:8=wait 2.5").of_answer(Seen(200, 200, 8)).seconds == 2.5
    assert Verdicts.of("status_code:8=wait").of_answer(Seen(200, 200, 8)).seconds == DEFAULT_WAIT
    assert (wait(None, "http:429=wait 30"), wait("7", "http:429=wait 30")) == (30, 7)


def test_words_of_strangers_are_cut_and_cannot_break_the_line() -> None:
    _, reason = judged(Seen(200, 7), "a\n\x1b[31m" + "b" * 1000)
    assert reason.startswith(r"code 7: 'a\n\x1b[31mbbb")
    assert len(reason) < 240


def test_a_code_without_words_is_the_whole_reason() -> None:
    assert judged(Seen(200, 7), "") == (RETRY, "code 7")


@pytest.mark.parametrize(("header", "seconds"), [("1", 1), (" 90 ", 90), ("1.5", 1.5), ("3600", 3600)])
def test_retry_after_is_taken_in_seconds(header: str, seconds: float) -> None:
    assert wait(header) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (format_datetime(NOW + timedelta(seconds=42), usegmt=True), 42),
        ("Wed, 21 Oct 2026 07:28:07 -0000", 7),
        ("Wed, 21 Oct 2026 09:28:07 +0200", 7),
        ("Wednesday, 21-Oct-26 07:28:07 GMT", 7),
        ("Wed Oct 21 07:28:07 2026", 7),
    ],
)
def test_retry_after_is_taken_as_a_date(header: str, seconds: float) -> None:
    assert wait(header) == seconds


@pytest.mark.parametrize("header", ["0", format_datetime(NOW - timedelta(days=1), usegmt=True)])
def test_no_wait_is_shorter_than_the_shortest(header: str) -> None:
    assert wait(header) == SHORTEST_WAIT


@pytest.mark.parametrize("header", ["9" * 300, "86400", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_the_longest(header: str) -> None:
    assert wait(header) == LONGEST_WAIT


@pytest.mark.parametrize(
    "header",
    [
        None, "", " ", "soon", "-1", "1.", ".5", "1.5.2", "٣", "1e3", "Wed, 99 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 +99999999999999999999",
    ],
)  # fmt: skip
def test_a_retry_after_that_is_absent_or_garbage_waits_the_usual_time(header: str | None) -> None:
    assert wait(header) == DEFAULT_WAIT


@given(st.text())
def test_no_header_breaks_the_verdict(header: str) -> None:
    assert SHORTEST_WAIT <= wait(header) <= LONGEST_WAIT
    assert SHORTEST_WAIT <= wait(None, reset=header) <= LONGEST_WAIT


NOW_S = NOW.timestamp()


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("42", 42), ("1.5", 1.5), (f"{NOW_S + 42:.0f}", 42), (f"{NOW_S + 1.5}", 1.5), (f"{(NOW_S + 42) * 1000:.0f}", 42),
     (f"{NOW_S - 9:.0f}", SHORTEST_WAIT), ("0", SHORTEST_WAIT), ("soon", DEFAULT_WAIT), ("-1", DEFAULT_WAIT)],
)  # fmt: skip
def test_a_rate_limits_reset_is_taken_in_seconds_or_as_a_moment(reset: str, seconds: float) -> None:
    assert wait(None, reset=reset) == pytest.approx(seconds)


def test_retry_after_goes_before_a_rate_limits_reset() -> None:
    assert wait("7", reset="42") == 7
    assert wait("soon", reset="42") == 42


def test_a_wait_that_is_cut_is_shown_in_hours() -> None:
    assert waiting("86400").reason == "HTTP 429: the gateway asks to slow down (for 24 h; asked again after 1 h)"
    assert waiting("9" * 300).reason.endswith("(for more than a year; asked again after 1 h)")
    assert waiting("3600").reason == "HTTP 429: the gateway asks to slow down"


def test_a_redirect_is_shown_with_its_target() -> None:
    verdict = Verdicts().of_answer(
        Seen(302, shape=Shape.EMPTY_BODY), Context(location="https://login.test/\n" + "x" * 999)
    )
    assert verdict.reason.startswith(r"HTTP 302: a redirect to 'https://login.test/\nxxx")
    assert len(verdict.reason) < 240


def test_a_date_is_held_against_the_clock_where_no_moment_is_given() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 50 < Verdicts().of_answer(Seen(429), Context(waits=(header,))).seconds <= 100


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_only_a_429_waits(status: int) -> None:
    assert Verdicts().of_answer(Seen(status), Context(waits=("90",))).seconds == 0


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
