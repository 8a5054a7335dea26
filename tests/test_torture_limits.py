"""Limits of the whole fleet hold for several workers together."""

from pathlib import Path

import pytest

from tests.torture.limits import MAX_INFLIGHT, RATE, run


async def test_workers_together_keep_to_the_rooms_in_flight_and_to_the_rate(tmp_path: Path) -> None:
    result = await run(tmp_path / "data", 4)
    assert 1 < result.most_leased <= MAX_INFLIGHT
    assert 1 < result.most_asked <= MAX_INFLIGHT
    assert result.polled > 2 * MAX_INFLIGHT
    assert result.rate == pytest.approx(RATE, rel=0.05, abs=1)  # of 200 polls; the long run has no such leave
