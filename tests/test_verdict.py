"""What follows from each answer."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.verdict import DEFAULT_WAIT, LONGEST_WAIT, Action, of_codes, of_status

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


def wait(retry_after: str | None) -> float:
    """How long a 429 with this header holds the rooms, in seconds."""
    judged = of_status(429, retry_after, NOW)
    assert judged.action is Action.WAIT
    return judged.seconds


@pytest.mark.parametrize(
    ("status", "action", "reason"),
    [
        (200, Action.READ, ""),
        (401, Action.STOP, "HTTP 401: the gateway refuses the token"),
        (402, Action.STOP, "HTTP 402: the token's quota is spent"),
        (403, Action.STOP, "HTTP 403: the gateway refuses the token"),
        (404, Action.GONE, "HTTP 404: the gateway knows no such room"),
        (410, Action.GONE, "HTTP 410: the room is gone"),
        (429, Action.WAIT, "HTTP 429: the gateway asks to slow down"),
        *(
            (status, Action.RETRY, f"HTTP {status}: the gateway failed")
            for status in (204, 302, 400, 444, 500, 502, 503)
        ),
    ],
)
def test_a_status_has_its_action_and_reason(status: int, action: Action, reason: str) -> None:
    judged = of_status(status)
    assert (judged.action, judged.reason) == (action, reason)


@pytest.mark.parametrize(
    ("code", "status_code", "action", "reason"),
    [
        (200, 0, Action.READ, ""),
        (None, 0, Action.READ, ""),
        (200, None, Action.READ, ""),
        (None, None, Action.READ, ""),
        (401, None, Action.STOP, "code 401: 'the gateway refuses the token'"),
        (402, None, Action.STOP, 'code 402: "the token\'s quota is spent"'),
        (403, 0, Action.STOP, "code 403: 'the gateway refuses the token'"),
        (404, None, Action.GONE, "code 404: 'the gateway knows no such room'"),
        (410, None, Action.GONE, "code 410: 'the room is gone'"),
        (429, None, Action.WAIT, "code 429: 'the gateway asks to slow down'"),
        (500, None, Action.RETRY, "code 500: '网络繁忙'"),
        (0, 0, Action.RETRY, "code 0: '网络繁忙'"),
        (-77123, None, Action.RETRY, "code -77123: '网络繁忙'"),
        (200, 10011, Action.RETRY, "status_code 10011: '网络繁忙'"),
        (None, 4017136, Action.RETRY, "status_code 4017136: '网络繁忙'"),
        (200, 404, Action.RETRY, "status_code 404: '网络繁忙'"),
    ],
)
def test_codes_have_their_action_and_reason(
    code: int | None, status_code: int | None, action: Action, reason: str
) -> None:
    judged = of_codes(code, status_code, "网络繁忙")
    assert (judged.action, judged.reason) == (action, reason)


def test_a_code_that_asks_to_slow_down_holds_for_the_usual_time() -> None:
    assert of_codes(429, None, "").seconds == DEFAULT_WAIT


def test_words_of_strangers_are_cut_and_cannot_break_the_line() -> None:
    reason = of_codes(7, None, "a\n\x1b[31m" + "b" * 1000).reason
    assert reason.startswith(r"code 7: 'a\n\x1b[31mbbb")
    assert len(reason) < 240


def test_a_code_without_words_is_the_whole_reason() -> None:
    assert of_codes(7, None, "").reason == "code 7"


@pytest.mark.parametrize(("header", "seconds"), [("0", 0), ("1", 1), (" 90 ", 90), ("3600", 3600)])
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
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
    ],
)
def test_retry_after_is_taken_as_a_date(header: str, seconds: float) -> None:
    assert wait(header) == seconds


@pytest.mark.parametrize("header", ["9" * 500, "86400", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_the_longest(header: str) -> None:
    assert wait(header) == LONGEST_WAIT


@pytest.mark.parametrize(
    "header",
    [
        None, "", " ", "soon", "-1", "1.5", "٣", "1e3", "Wed, 99 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 +99999999999999999999",
    ],
)  # fmt: skip
def test_a_retry_after_that_is_absent_or_garbage_waits_the_usual_time(header: str | None) -> None:
    assert wait(header) == DEFAULT_WAIT


@given(st.text())
def test_no_header_breaks_the_verdict(header: str) -> None:
    assert 0 <= wait(header) <= LONGEST_WAIT


def test_a_date_is_held_against_the_clock_where_no_moment_is_given() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 50 < of_status(429, header).seconds <= 100


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_only_a_429_waits(status: int) -> None:
    assert of_status(status, "90").seconds == 0
