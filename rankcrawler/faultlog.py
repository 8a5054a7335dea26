"""Logs the outage of a server: its start, reminders while it lasts, and its end."""

import logging
from time import monotonic

logger = logging.getLogger(__name__)

_REMINDER = 5.0


class FaultLog:
    """Logs the outages of one kind of call. Call `note` after each failure and `over` after each success."""

    def __init__(self, failure: str, recovery: str) -> None:
        self._failure = failure
        self._recovery = recovery
        self._began: float | None = None
        self._last_logged = 0.0

    def note(self, error: Exception) -> None:
        """Log a failure: the first at once, later ones at most every 5 s."""
        now = monotonic()
        if self._began is None:
            self._began = now
        elif now - self._last_logged < _REMINDER:
            return
        self._last_logged = now
        logger.error("%s: %s", self._failure, error)

    def over(self) -> None:
        """Log the recovery, if the call failed before."""
        if self._began is not None:
            logger.warning("%s, after %.1f s", self._recovery, monotonic() - self._began)
            self._began = None
