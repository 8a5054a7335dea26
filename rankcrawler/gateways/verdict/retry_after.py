"""The header Retry-After: how long a gateway asks clients to wait."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """The seconds to wait from `now`, negative if the header's date has passed; None if there is no valid header."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
