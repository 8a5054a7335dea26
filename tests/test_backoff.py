"""The delays after failures."""

import random

import pytest

from rankcrawler.backoff import Backoff


def ceiling(backoff: Backoff, attempt: int, monkeypatch: pytest.MonkeyPatch) -> float:
    """The delay when chance gives the most that it can."""
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    return backoff.delay(attempt)


def test_the_ceiling_doubles_with_each_attempt_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    backoff = Backoff(1.0, 60.0)
    assert [ceiling(backoff, attempt, monkeypatch) for attempt in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("attempt", [64, 10_000, 10**9])
def test_no_number_of_attempts_is_too_many(attempt: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ceiling(Backoff(1.0, 60.0), attempt, monkeypatch) == 60


def test_rooms_that_failed_together_do_not_come_back_together() -> None:
    delays = {Backoff(1.0, 60.0).delay(5) for _ in range(50)}
    assert len(delays) > 40
    assert all(0 <= delay <= 16 for delay in delays)


def test_a_base_of_zero_waits_not_at_all() -> None:
    assert Backoff(0.0, 60.0).delay(7) == 0
