"""Moments and days as people write them on a command line."""

import re
import time
from datetime import UTC, datetime

from rankcrawler.clock import iso, ms
from rankcrawler.errors import SettingError

_SPAN = re.compile(r"(\d{1,6})(m|h|d)")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
FORMS = "a time such as 2026-11-23, 2026-11-23T12:00 (UTC), or an age in minutes, hours or days: 90m, 24h, 30d"


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def moment(text: str) -> str:
    """ISO 8601 text; SettingError where it is none of FORMS."""
    if match := _SPAN.fullmatch(text):
        return iso(max(now_ms() - int(match[1]) * _SECONDS[match[2]] * 1000, 0))
    try:
        return iso(ms(text))
    except (ValueError, OverflowError):
        raise SettingError(f"expected {FORMS}; not {text[:40]!r}") from None


def now() -> str:
    """This moment."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
