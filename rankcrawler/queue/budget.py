"""The most that a fleet may spend in a day: calls to the gateway, or the money that they cost."""

import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rankcrawler import durations

logger = logging.getLogger(__name__)

NEARLY = 0.8
"""The share of a budget from which on the log warns."""
_CERTAIN_MS = 1000
"""A share counts once it has been reached for so long: workers take permits that they give back."""


class Budget:
    """So many calls a day; a day ends at midnight in a time zone."""

    def __init__(self, calls: int, zone: ZoneInfo) -> None:
        self.calls = calls
        self._zone = zone
        self._ends_ms = 0
        self._since: dict[float, int] = {}
        self._warned: set[float] = set()

    def day_ends(self, now_ms: int) -> int:
        """When the day ends that a moment is in, in ms since 1970."""
        if not self._ends_ms - 90_000_000 <= now_ms < self._ends_ms:
            today = datetime.fromtimestamp(now_ms / 1000, self._zone).date()
            midnight = datetime.combine(today + timedelta(days=1), time(), self._zone)
            self._ends_ms = round(midnight.timestamp() * 1000)
            self._since.clear()
            self._warned.clear()
        return self._ends_ms

    def note(self, spent: int, now_ms: int) -> None:
        """Log, once a day each, that most of the budget is spent, and that all of it is."""
        pause = durations.text((self.day_ends(now_ms) - now_ms) / 1000)
        if self._is_certain(1.0, spent, now_ms):
            logger.warning("All %d calls of today's budget are made: holding every room for %s", self.calls, pause)
        elif self._is_certain(NEARLY, spent, now_ms):
            share = 100 * spent / self.calls
            logger.warning("%.0f %% of today's budget is spent: %d of %d calls", share, spent, self.calls)

    def _is_certain(self, share: float, spent: int, now_ms: int) -> bool:
        """Whether a share of the budget has been spent for long enough, and that has not been logged today."""
        if spent < share * self.calls:
            self._since.pop(share, None)
            return False
        since = self._since.setdefault(share, now_ms)
        if share in self._warned or now_ms - since < _CERTAIN_MS:
            return False
        self._warned.add(share)
        return True
