"""Days and hours since 1970 (UTC), and the keys of lists, which are in order of time."""

from datetime import UTC, datetime, timedelta

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
KEY_BITS = 20
"""Bits below the milliseconds in a list's key: which room."""
_LAST_MS = (1 << 43) - 1


def key_of(captured_ms: int, room_key: int) -> int:
    """The key of a list; not unique if rooms a million apart have one in the same millisecond. Good until 2248."""
    return min(captured_ms, _LAST_MS) << KEY_BITS | room_key & ((1 << KEY_BITS) - 1)


def is_certain(captured_ms: int, room_key: int) -> bool:
    """Whether that key is unique."""
    return captured_ms < _LAST_MS and room_key < 1 << KEY_BITS


def day_of(ms: int) -> int:
    """The day of a moment, or of the milliseconds in a list's key."""
    return min(ms, _LAST_MS) // DAY_MS


def hour_of(ms: int) -> int:
    """The hour of a moment."""
    return min(ms, _LAST_MS) // HOUR_MS


def values_of_hours(first: int, end: int) -> dict[str, int | None]:
    """The values of a query on the sums of hours; `first_day` and `end_day` if they are whole days (UTC), else None."""
    are_days = first % 24 == 0 and end % 24 == 0
    span = (first // 24, end // 24) if are_days else (None, None)
    return {"first": first, "end": end, "first_day": span[0], "end_day": span[1]}


def name(day: int) -> str:
    """`1` → `"1970-01-02"`."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()


def last_key_of_day(key: int) -> int:
    """The last key of the day of a list."""
    return ((day_of(key >> KEY_BITS) + 1) * DAY_MS << KEY_BITS) - 1


def chain(base_key: int, step: int) -> dict[str, int]:
    """The values of a query on a chain of delta lists up to a step; `last_key` is the last key of the chain's day."""
    return {"base_key": base_key, "step": step, "last_key": last_key_of_day(base_key)}
