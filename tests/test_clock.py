"""Moments as milliseconds and as text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.clock import LAST_MS, iso, ms

MOMENTS = st.integers(0, LAST_MS)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (1_631_843_079_980, "2021-09-17T01:44:39.980Z"),
        (LAST_MS, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_and_its_text_stand_for_each_other(moment: int, text: str) -> None:
    assert iso(moment) == text
    assert ms(text) == moment


@given(MOMENTS)
def test_there_and_back_is_where_it_began(moment: int) -> None:
    assert ms(iso(moment)) == moment


@given(MOMENTS, MOMENTS)
def test_sorting_the_text_sorts_by_time(one: int, other: int) -> None:
    assert (iso(one) < iso(other)) == (one < other)


@given(MOMENTS)
def test_the_text_is_what_the_standard_library_reads(moment: int) -> None:
    assert datetime.fromisoformat(iso(moment)).replace(microsecond=0) == datetime.fromtimestamp(moment // 1000, UTC)


@pytest.mark.parametrize(
    "text",
    ["2021-09-17T09:44:39.980+08:00", "2021-09-17 01:44:39.980", "20210917T014439.980Z", "2021-09-17T01:44:39.980999Z"],
)
def test_any_iso_text_is_read_and_is_utc_where_it_names_no_zone(text: str) -> None:
    assert ms(text) == 1_631_843_079_980


@pytest.mark.parametrize("text", ["", "now", "1631843079980", "2021-13-01"])
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid isoformat|month must be"):
        ms(text)
