"""Spans of time are written for people."""

import pytest

from rankcrawler import durations


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"), (0.25, "0.25 s"), (59.4, "59.4 s"), (60, "1 min"), (90, "1.5 min"), (3600, "1 h"),
        (3794, "1.1 h"), (5400, "1.5 h"), (86_400, "24 h"), (31_535_999, "8,760 h"),
        (31_536_000, "more than a year"), (1e300, "more than a year"),
    ],
)  # fmt: skip
def test_a_span_is_written_in_the_largest_unit_that_fits(seconds: float, written: str) -> None:
    assert durations.text(seconds) == written
