"""Counts of values below bounds."""

from rankcrawler.distribution import Distribution


def test_a_value_counts_for_each_bound_that_it_does_not_exceed() -> None:
    spread = Distribution((0.1, 1.0, 10.0))
    assert (spread.cumulative(), spread.total) == ([0, 0, 0, 0], 0.0)
    for value in (0.0, 0.1, 0.5, 1.0, 9.0, 10.5):
        spread.add(value)
    assert spread.cumulative() == [2, 4, 5, 6]
    assert spread.total == 21.1
