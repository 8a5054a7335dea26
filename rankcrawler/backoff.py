"""How long a room waits after a failed poll."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter, so that rooms that failed together are not retried together."""

    base: float
    """The longest first delay, in seconds."""
    longest: float
    """The longest delay, in seconds."""

    def delay(self, attempt: int) -> float:
        """A random number of seconds to wait after this attempt; 1 is the first."""
        ceiling = min(self.longest, self.base * 2 ** min(attempt - 1, 62))
        return random.uniform(0, ceiling)  # noqa: S311 - jitter needs no secrecy
