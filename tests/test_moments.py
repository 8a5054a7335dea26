"""How people write moments, and how they are shown."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler import moments
from rankcrawler.clock import iso, ms
from rankcrawler.errors import SettingError

BEIJING, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
NOW = ms("2026-11-23T12:30:00Z")  # 20:30 in Beijing


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12:03", "2026-11-23T04:03:00Z"),
        ("9:05:30", "2026-11-23T01:05:30Z"),
        ("12:03+00:00", "2026-11-23T12:03:00Z"),
        ("12:03Z", "2026-11-23T12:03:00Z"),
        ("today", "2026-11-22T16:00:00Z"),
        ("today 08:00", "2026-11-23T00:00:00Z"),
        ("yesterday", "2026-11-21T16:00:00Z"),
        ("yesterday 20:00", "2026-11-22T12:00:00Z"),
        ("昨天 20:00", "2026-11-22T12:00:00Z"),
        ("今天", "2026-11-22T16:00:00Z"),
        ("90s", "2026-11-23T12:28:30Z"),
        ("5min", "2026-11-23T12:25:00Z"),
        ("5m", "2026-11-23T12:25:00Z"),
        ("2h", "2026-11-23T10:30:00Z"),
        ("30d", "2026-10-24T12:30:00Z"),
        ("0s", "2026-11-23T12:30:00Z"),
        ("2026-11-23", "2026-11-22T16:00:00Z"),
        ("2026-11-23T12:00", "2026-11-23T04:00:00Z"),
        ("2026-11-23 12:00", "2026-11-23T04:00:00Z"),
        ("2026-11-23T12:00Z", "2026-11-23T12:00:00Z"),
        ("2026-11-23T12:00:00.250+08:00", "2026-11-23T04:00:00.250Z"),
    ],
)
def test_a_moment_is_written_in_the_time_zone_unless_it_has_an_offset(text: str, moment: str) -> None:
    assert iso(moments.parsed(text, BEIJING, NOW)) == iso(ms(moment))


def test_the_day_is_the_one_that_the_zone_has() -> None:
    late = ms("2026-11-23T17:00:00Z")  # the 24th in Beijing
    assert iso(moments.parsed("today", BEIJING, late)) == "2026-11-23T16:00:00.000Z"
    assert iso(moments.parsed("today", UTC, late)) == "2026-11-23T00:00:00.000Z"
    assert (moments.day(late, BEIJING), moments.day(late, UTC)) == ("2026-11-24", "2026-11-23")
    assert iso(moments.midnight(late, BEIJING)) == "2026-11-23T16:00:00.000Z"


@pytest.mark.parametrize("text", ["20:31", "2026-11-24", "2026-11-23T12:31Z", "2027-01-01T00:00+08:00", "today 23:00"])
def test_a_moment_in_the_future_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match=r"\+08:00 lies in the future: it is 2026-11-23 20:30:00\+08:00 now"):
        moments.parsed(text, BEIJING, NOW)


@pytest.mark.parametrize("text", ["", "now", "tomorrow", "1w", "25:00", "12", "12:", "today12:00", "-5m", "5 years"])
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(SettingError, match="expected a time such as 12:03, today, yesterday 20:00"):
        moments.parsed(text, BEIJING, NOW)


@given(st.integers(0, NOW), st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu"]))
def test_what_is_shown_is_read_back_as_the_same_second(moment: int, zone: str) -> None:
    within = ZoneInfo(zone)
    assert moments.parsed(moments.shown(moment, within), UTC, NOW) == moment // 1000 * 1000
    assert moments.parsed(moments.iso_in(moment, within), UTC, NOW) == moment


def test_times_in_utc_are_as_in_feeds() -> None:
    assert moments.iso_in(NOW, UTC) == iso(NOW)


@pytest.mark.parametrize("name", ["Asia", "../etc", "Mars/Olympus", "", "+08:00"])
def test_a_name_of_no_zone_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="expected the name of a time zone such as Asia/Shanghai"):
        moments.zone(name)


def test_a_duration_is_read_in_milliseconds() -> None:
    assert [moments.duration(each) for each in ("90s", "5min", "5m", "2h", "1d")] == [
        90_000,
        300_000,
        300_000,
        7_200_000,
        86_400_000,
    ]
    with pytest.raises(SettingError, match="expected a duration such as 90s"):
        moments.duration("0s")
