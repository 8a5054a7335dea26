"""Retry-After: for how long a gateway asks to be left alone."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """The header's seconds, or those until its date, below 0 where it is past; None where it says nothing."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
