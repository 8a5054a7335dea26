"""An outage of a server as the log tells it: that it began, now and then that it lasts, and that it is over."""

import logging
from time import monotonic

logger = logging.getLogger(__name__)

_REMINDER = 5.0


class FaultLog:
    """One kind of call that fails for a while; every failure is noted here, and every success."""

    def __init__(self, trouble: str, relief: str) -> None:
        self._trouble = trouble
        self._relief = relief
        self._began: float | None = None
        self._told = 0.0

    def note(self, error: Exception) -> None:
        """The call failed: said at once, and then once in 5 s for as long as it fails."""
        now = monotonic()
        if self._began is None:
            self._began = now
        elif now - self._told < _REMINDER:
            return
        self._told = now
        logger.error("%s: %s", self._trouble, error)

    def over(self) -> None:
        """The call succeeded: said where it had failed before."""
        if self._began is not None:
            logger.warning("%s, after %.1f s", self._relief, monotonic() - self._began)
            self._began = None
