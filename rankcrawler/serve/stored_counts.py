"""Counts what was stored since the server began to look, from the sums that the store has by hour."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rankcrawler.insight.health import HourCounts

_OPEN = 1
"""Hours before this one to which lists may still be added."""


class StoredCounts:
    """Counters that only grow, and begin again with each server: a look reads the last two hours alone."""

    def __init__(self) -> None:
        self._hours: dict[tuple[int, str], HourCounts] = {}
        self._looked: int | None = None

    def first(self, hour: int) -> int:
        """The first hour that a look in an hour has to read."""
        return min(hour, hour if self._looked is None else self._looked) - _OPEN

    def take(self, hour: int, found: Iterable[HourCounts]) -> None:
        """Take in what a look in an hour has read."""
        self._hours |= {(each.hour, each.kind): each for each in found}
        self._looked = hour

    def totals(self) -> dict[str, Counter[str]]:
        """By kind: `polls`, `failures`, `lists` and `entries`."""
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for each in self._hours.values():
            for name in ("polls", "failures", "lists", "entries"):
                sums[each.kind][name] += getattr(each, name)
        return sums
