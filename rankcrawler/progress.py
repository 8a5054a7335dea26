"""How far a crawl has come, or the crawls of a fleet together: figures, and the line that shows them."""

from collections.abc import Collection, Mapping
from typing import Any, Self

import msgspec
from rich.text import Text

from rankcrawler import statistics

BEAT = 0.25
"""Seconds between two looks at the figures."""
_WIDTH = 24
"""Columns of the bar."""


class Figures(msgspec.Struct, frozen=True):
    """What one worker has done, and what it knows about the queue."""

    stats: dict[str, int | float | str]
    """Scrapy's statistics, and those of rankcrawler.statistics."""
    pending: int = 0
    """Rooms in the queue that are not dead."""
    asked_at: float = 0.0
    """When the queue said so, on the clock of this machine's uptime, in seconds."""
    recurs: bool = False
    """Whether any room recurs, so that there is no end to get near to."""
    waiting: bool = False
    """Whether there is nothing to do now."""

    @classmethod
    def of(cls, stats: Mapping[str, object], **others: Any) -> Self:
        """The figures with those statistics that are numbers or texts."""
        return cls({name: value for name, value in stats.items() if isinstance(value, int | float | str)}, **others)


def together(figures: Collection[Figures]) -> Figures:
    """What several workers of one queue have done."""
    last = max(figures, key=lambda each: each.asked_at, default=Figures({}))
    return Figures(
        statistics.together([each.stats for each in figures]),
        pending=last.pending,
        asked_at=last.asked_at,
        recurs=any(each.recurs for each in figures),
        waiting=bool(figures) and all(each.waiting for each in figures),
    )


def line(figures: Figures, seconds: float, *, in_unicode: bool = True) -> Text:
    """A bar of the rooms done and known, with rows, rate, errors, and whether the crawl waits, after some seconds.

    Recurring rooms are never done: with them, the line says how many rooms there are, and how many polls, without bar.
    """
    stats = figures.stats
    polled = _sum(stats, *(statistics.SNAPSHOTS + kept for kept in ("stored", "unchanged", "empty", "duplicate")))
    dead = _sum(stats, *(name for name in stats if name.startswith(statistics.DEAD)))
    rows = _sum(stats, statistics.ROWS_STORED)
    errors = _sum(stats, *(statistics.POLLS + action for action in ("retry", "gone", "stop"))) + dead
    rooms = Text(f"rooms {figures.pending:,}  polls {polled:,}")
    return Text.assemble(
        rooms
        if figures.recurs or stats.get(statistics.ROOMS_RECURRING)
        else _bar(polled + dead, figures.pending, "━━" if in_unicode else "=-"),
        f"  rows {rows:,}  {rows / max(seconds, 0.001):,.0f}/s  ",
        (f"errors {errors:,}", "red" if errors else "bright_black"),
        ("  waiting" if figures.waiting else "", "yellow"),
    )


def _sum(stats: Mapping[str, object], *names: str) -> int:
    return sum(value for name in names if isinstance(value := stats.get(name), int))


def _bar(done: int, pending: int, marks: str) -> Text:
    known = done + pending
    filled = round(_WIDTH * done / known) if known else 0
    bar = (marks[0] * filled, "green"), (marks[1] * (_WIDTH - filled), "bright_black")
    return Text.assemble(*bar, f" rooms {done:,}/{known:,}")
