"""The clock that every worker of a queue shares: the server's, so that a wrong clock on one machine does no harm."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

TOLERANCE_MS = 1000
"""A clock that differs by less from the server's counts as right: the network takes some time, too."""
_TRIAL_MS = 60_000
"""A server's clock that leaps is followed after so long: it may soon be set right again."""


class SharedClock:
    """This machine's clock, corrected where it differs from the server's by more than a second.

    `wall` and `steady` are in ms; the second never jumps.
    """

    def __init__(
        self,
        wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        steady: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._correction = 0
        self._drift = 0
        self._differs_since: int | None = None
        self._is_first = True

    def now_ms(self) -> int:
        """The time, in ms since 1970."""
        return self._wall() + self._correction

    def note(self, server_ms: int) -> None:
        """Take note of what the server's clock says now."""
        wall, steady = self._wall(), self._steady()
        difference, was_set = server_ms - wall, abs(wall - steady - self._drift) > TOLERANCE_MS
        self._drift = wall - steady
        if abs(difference - self._correction) <= TOLERANCE_MS:
            self._differs_since = None
        elif self._is_first or was_set or self._is_over(steady):
            self._follow(difference)
        self._is_first = False

    def _is_over(self, steady: int) -> bool:
        """Whether the server's clock has differed for long enough."""
        if self._differs_since is None:
            self._differs_since = steady
        return steady - self._differs_since >= _TRIAL_MS

    def _follow(self, difference: int) -> None:
        self._differs_since = None
        self._correction = difference if abs(difference) > TOLERANCE_MS else 0
        if self._correction:
            side = "behind" if difference > 0 else "ahead of"
            logger.warning(
                "This machine's clock is %.1f s %s the queue server's: polls are dated by the server's",
                abs(difference) / 1000,
                side,
            )
