"""The clocks of the simulated gateway, in milliseconds since 1970."""

import time
from collections.abc import Callable

from rankcrawler.clock import LAST_MS
from rankcrawler.clock import ms as ms_of
from rankcrawler.errors import SettingError
from rankcrawler.language import tr

Clock = Callable[[], int]


def wall_clock() -> int:
    """Return the machine's time in ms since 1970."""
    return time.time_ns() // 1_000_000


def frozen(ms: int) -> Clock:
    """Return a clock that always shows `ms`."""
    return lambda: ms


def parse_moment(text: str) -> int:
    """Return the moment in ms since 1970; `text` is that number or an ISO 8601 time (UTC if it has no zone).

    Raises SettingError for anything else, and for a moment outside 1970 to 9999.
    """
    try:
        ms = int(text) if text.isascii() and text.isdigit() else ms_of(text)
    except ValueError:
        ms = 0
    if not 0 < ms <= LAST_MS:
        raise SettingError(tr("expected ms since 1970 or an ISO 8601 date and time, not {text!r}", text=text))
    return ms
