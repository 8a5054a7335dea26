"""Writes numbers, ages and moments for people, in one language and time zone."""

from datetime import tzinfo
from typing import NamedTuple

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.insight.rooms import CoverageRow
from rankcrawler.language import tr

UNKNOWN = "–"
"""Stands for what is not known: never 0, and never nothing."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_CHINESE = ((100_000_000, "亿"), (10_000, "万"))
_OTHERS = ((1_000_000_000, "B"), (1_000_000, "M"), (10_000, "K"))


class Wording(NamedTuple):
    """How values are written."""

    language: str
    """`en` or `zh`."""
    zone: tzinfo
    now_ms: int

    def whole(self, number: float | None) -> str:
        """`1234567` → `1,234,567`."""
        return UNKNOWN if number is None else f"{round(number):,}"

    def compact(self, number: float | None) -> str:
        """`1234567` → `1.23M`, or `123万` in Chinese: three digits."""
        if number is None:
            return UNKNOWN
        for size, unit in _CHINESE if self.language == "zh" else _OTHERS:
            if abs(number) >= size:
                scaled = number / (1000 if unit == "K" else size)
                return f"{scaled:,.{2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0}f}{unit}"
        return f"{round(number):,}"

    def gain(self, number: float | None) -> str:
        """`1234` → `+1,234`."""
        return UNKNOWN if number is None else f"{round(number):+,}" if round(number) else "0"

    def share(self, part: float | None) -> str:
        """`0.256` → `26%`; with a decimal below ten, and never `0%` for something."""
        if part is None:
            return UNKNOWN
        if 0 < part < 0.0005:
            return "< 0.1%"
        return f"{part:.0%}" if abs(part) >= 0.0995 else f"{part:.1%}"

    def span(self, seconds: float | None) -> str:
        """`150` → `2 min`: whole units, the largest that fits."""
        if seconds is None:
            return UNKNOWN
        whole = max(int(seconds), 0)
        if whole < _MINUTE:
            return tr("{number} s", number=whole)
        if whole < 2 * _HOUR:
            return tr("{number} min", number=whole // _MINUTE)
        if whole < 2 * _DAY:
            return tr("{number} h", number=whole // _HOUR)
        return tr("{number} d", number=whole // _DAY)

    def brief(self, milliseconds: float | None) -> str:
        """`1250` → `1.3 s`: with a decimal below ten seconds."""
        if milliseconds is None or milliseconds >= 10_000:
            return self.span(None if milliseconds is None else milliseconds / 1000)
        number = f"{milliseconds / 1000:.1f}"
        return tr("{number} s", number=number)

    def longest_gap(self, row: CoverageRow) -> float | None:
        """Seconds of a room's longest time without a poll; if polls are overdue, the present one counts, too."""
        if row.longest_gap is None or not row.overdue or row.last_polled_at is None:
            return row.longest_gap
        return max(row.longest_gap, (self.now_ms - ms(row.last_polled_at)) / 1000)

    def since(self, moment: str | None) -> str:
        """How long ago a moment was."""
        return UNKNOWN if moment is None else self.span((self.now_ms - ms(moment)) / 1000)

    def clock(self, moment: str | None) -> str:
        """A moment as `20:03`, with seconds as `20:03:07` in `second`; with its day if that is another."""
        if moment is None:
            return UNKNOWN
        there = moments.local(ms(moment), self.zone)
        is_today = there.date() == moments.local(self.now_ms, self.zone).date()
        return there.strftime("%H:%M" if is_today else "%m-%d %H:%M")

    def second(self, moment: str | None) -> str:
        """A moment as `11-23 20:03:07`."""
        return UNKNOWN if moment is None else moments.local(ms(moment), self.zone).strftime("%m-%d %H:%M:%S")

    def full(self, moment: str | None) -> str:
        """A moment with its day and offset: `2026-11-23 20:03:07+08:00`."""
        return UNKNOWN if moment is None else moments.shown(ms(moment), self.zone)

    def hour(self, moment: str) -> str:
        """An hour as `20:00`."""
        return moments.local(ms(moment), self.zone).strftime("%H:%M")

    def day(self, moment: str) -> str:
        """A day as `11-23`."""
        return moments.local(ms(moment), self.zone).strftime("%m-%d")
