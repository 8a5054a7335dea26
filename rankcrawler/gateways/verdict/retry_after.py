"""Headers such as Retry-After and X-RateLimit-Reset: how long a gateway asks clients to wait."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"[0-9]{1,400}(?:\.[0-9]{1,20})?")
_YEAR = 31_536_000.0
_MS = 1e11
"""A larger number is a moment in milliseconds since 1970."""


def seconds(headers: Sequence[str | None], now: datetime) -> float | None:
    """The seconds to wait from `now`, negative if the moment has passed; None if no header is valid.

    The first valid header counts. It has seconds, a date or, if its number is more than the seconds of a year, a moment
    since 1970.
    """
    return next((found for header in headers if (found := _seconds((header or "").strip(), now)) is not None), None)


def _seconds(text: str, now: datetime) -> float | None:
    if _NUMBER.fullmatch(text):
        return _until(float(text), now)
    try:
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None


def _until(number: float, now: datetime) -> float:
    if number <= _YEAR:
        return number
    return (number / 1000 if number > _MS else number) - now.timestamp()
