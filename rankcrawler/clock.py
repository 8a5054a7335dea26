"""Converts times: milliseconds since 1970 in the code, ISO 8601 text in items and feeds.

The text is always UTC with milliseconds and a Z, so sorting by text sorts by time.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = datetime(1970, 1, 1)  # in UTC; what has no zone is written in half the time
_MILLISECOND = timedelta(milliseconds=1)
FIRST_MS = -62_135_596_800_000
"""The first millisecond of the year 1."""
LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999, the last that ISO 8601 writes with four digits."""


def iso(ms: int) -> str:
    """`1631843079980` → `"2021-09-17T01:44:39.980Z"`; takes FIRST_MS … LAST_MS."""
    return (_ZERO + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"


@lru_cache(maxsize=1024)  # the few moments of a poll are read again and again
def ms(text: str) -> int:
    """`"2021-09-17T01:44:39.980Z"` → `1631843079980`; takes any ISO 8601 text, as UTC if it has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND
