"""How long a room waits after a failed poll."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential, with full jitter: rooms that failed together do not come back together."""

    base: float
    """Seconds; the first delay is anything up to it."""
    longest: float
    """Seconds that no delay exceeds."""

    def delay(self, attempt: int) -> float:
        """Seconds to wait after the attempt of that number; 1 is the first."""
        ceiling = min(self.longest, self.base * 2 ** min(attempt - 1, 62))
        return random.uniform(0, ceiling)  # noqa: S311 - jitter needs no secrecy
