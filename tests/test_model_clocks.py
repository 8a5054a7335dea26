"""Which clock a list is ordered by."""

import pytest

from rankcrawler.clock import iso
from rankcrawler.model import clocks
from tests.builders import POLLED_MS, snapshot

HOUR, MINUTE = 3_600_000, 60_000


@pytest.mark.parametrize(
    ("ahead", "flag"),
    [
        (0, None),
        (5 * MINUTE, None),
        (5 * MINUTE + 1, clocks.IN_FUTURE),
        (-HOUR, None),
        (-HOUR - 1, clocks.IN_PAST),
        (-POLLED_MS, clocks.IN_PAST),
    ],
)
def test_a_clock_is_wrong_when_it_is_far_from_the_workers(ahead: int, flag: str | None) -> None:
    assert clocks.fault(iso(POLLED_MS + ahead), iso(POLLED_MS)) == flag


@pytest.mark.parametrize("flag", [clocks.IN_FUTURE, clocks.IN_PAST])
def test_a_list_whose_clock_is_wrong_is_ordered_by_the_workers(flag: str) -> None:
    found = snapshot(captured_at="1970-01-19T21:17:23.079Z")
    assert found.ordered_at == found.captured_at
    assert snapshot(captured_at=found.captured_at, flags=("has_more", flag)).ordered_at == found.polled_at


def test_only_a_list_from_the_future_is_never_the_newest() -> None:
    assert [clocks.may_be_newest(flags) for flags in ((), (clocks.IN_PAST,), ("partial", clocks.IN_FUTURE))] == [
        True,
        True,
        False,
    ]
