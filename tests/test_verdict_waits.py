"""How long an answer holds its rooms: what the gateway asks for, within bounds, or else the usual time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.gateways.verdict import (
    DEFAULT_WAIT,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Action,
    Context,
    Seen,
    Verdict,
    Verdicts,
)

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
NOW_S = NOW.timestamp()


def waiting(retry_after: str | None, verdicts: str = "", *, reset: str | None = None) -> Verdict:
    """The verdict on a 429 with these headers."""
    judged = Verdicts.of(verdicts).of_answer(Seen(429), Context(waits=(retry_after, reset), now=NOW))
    assert judged.action is Action.WAIT
    return judged


def wait(retry_after: str | None, verdicts: str = "", *, reset: str | None = None) -> float:
    """How long a 429 with these headers holds the rooms, in seconds."""
    return waiting(retry_after, verdicts, reset=reset).seconds


def test_a_code_that_asks_to_slow_down_holds_for_the_usual_time() -> None:
    assert Verdicts().of_answer(Seen(200, 429)).seconds == DEFAULT_WAIT


def test_a_rule_may_say_how_long_to_wait_and_the_gateway_knows_better() -> None:
    assert Verdicts.of("status_code:8=wait 2.5").of_answer(Seen(200, 200, 8)).seconds == 2.5
    assert Verdicts.of("status_code:8=wait").of_answer(Seen(200, 200, 8)).seconds == DEFAULT_WAIT
    assert (wait(None, "http:429=wait 30"), wait("7", "http:429=wait 30")) == (30, 7)


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


def test_a_date_is_held_against_the_clock_where_no_moment_is_given() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 50 < Verdicts().of_answer(Seen(429), Context(waits=(header,))).seconds <= 100


@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_only_a_429_waits(status: int) -> None:
    assert Verdicts().of_answer(Seen(status), Context(waits=("90",))).seconds == 0
