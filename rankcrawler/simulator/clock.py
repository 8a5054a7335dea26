"""What the simulated gateway takes for the time: milliseconds since 1970."""

import time
from collections.abc import Callable

from rankcrawler.clock import LAST_MS
from rankcrawler.clock import ms as ms_of
from rankcrawler.errors import SettingError

Clock = Callable[[], int]


def wall_clock() -> int:
    """Return this machine's time in ms."""
    return time.time_ns() // 1_000_000


def frozen(ms: int) -> Clock:
    """Return a clock that stands still at `ms`."""
    return lambda: ms


def parse_moment(text: str) -> int:
    """Return the ms that `text` means: digits are ms since 1970, else it is ISO 8601 (UTC if without a zone).

    Raises SettingError for anything else, and for what is not between 1970 and 9999.
    """
    try:
        ms = int(text) if text.isascii() and text.isdigit() else ms_of(text)
    except ValueError:
        ms = 0
    if not 0 < ms <= LAST_MS:
        raise SettingError(f"a moment is ms since 1970 or an ISO 8601 date and time, not {text!r}")
    return ms
