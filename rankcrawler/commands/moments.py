"""Moments on a command line: a date, a time, or an age."""

import re
import time
from argparse import ArgumentTypeError

from rankcrawler.clock import iso, ms
from rankcrawler.language import marked, tr

_AGE = re.compile(r"(\d{1,6})(m|h|d)")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
FORMS = marked("2026-11-23, 2026-11-23T12:00 (UTC), or an age in minutes, hours or days: 90m, 24h, 30d")


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def moment(text: str) -> str:
    """The moment as ISO 8601 text; an argparse type, which takes FORMS."""
    if match := _AGE.fullmatch(text):
        return iso(max(now_ms() - int(match[1]) * _SECONDS[match[2]] * 1000, 0))
    try:
        return iso(ms(text))
    except (ValueError, OverflowError):
        raise ArgumentTypeError(
            tr("expected a time such as {forms}; not {text!r}", forms=tr(FORMS), text=text[:40])
        ) from None
