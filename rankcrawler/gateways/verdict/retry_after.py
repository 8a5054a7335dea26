"""The headers Retry-After and X-RateLimit-Reset: how long a gateway asks clients to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"[0-9]{1,400}(?:\.[0-9]{1,20})?")
_YEAR = 31_536_000.0
_MS = 1e11
"""A larger number is a moment in milliseconds since 1970."""


def seconds(retry_after: str | None, now: datetime, reset: str | None = None) -> float | None:
    """The seconds to wait from `now`, negative if the moment has passed; None if neither header is valid.

    `reset` is X-RateLimit-Reset: seconds or, if it is more than those of a year, a moment since 1970. Retry-After has
    precedence.
    """
    text = (retry_after or "").strip()
    if (given := _number(text)) is not None:
        return given
    try:
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return _until(_number((reset or "").strip()), now)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(reset: float | None, now: datetime) -> float | None:
    if reset is None or reset <= _YEAR:
        return reset
    return (reset / 1000 if reset > _MS else reset) - now.timestamp()
