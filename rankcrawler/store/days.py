"""Days since 1970 (UTC), and the keys of snapshots, which are in order of time."""

from datetime import UTC, date, datetime, timedelta

from rankcrawler.errors import StoreError

DAY_MS = 86_400_000
KEY_BITS = 20
"""Below the milliseconds in a snapshot's key: which room."""
_LAST_MS = (1 << 43) - 1

_EPOCH = date(1970, 1, 1)


def key_of(captured_ms: int, room_key: int) -> int:
    """The key of a list, unless rooms a million apart have one in the same millisecond; good until the year 2248."""
    return min(captured_ms, _LAST_MS) << KEY_BITS | room_key & ((1 << KEY_BITS) - 1)


def is_certain(captured_ms: int, room_key: int) -> bool:
    """Whether no other list can have that key."""
    return captured_ms < _LAST_MS and room_key < 1 << KEY_BITS


def day_of(ms: int) -> int:
    """The day that a moment, or a list by its key's milliseconds, is in."""
    return min(ms, _LAST_MS) // DAY_MS


def number(day: str) -> int:
    """`"1970-01-02"` → 1; StoreError where it is no day."""
    try:
        return (date.fromisoformat(day) - _EPOCH).days
    except ValueError as error:
        raise StoreError(f"expected a day as YYYY-MM-DD, got {day!r}") from error


def name(day: int) -> str:
    """`1` → `"1970-01-02"`."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()


def last_key_of_day(key: int) -> int:
    """The last key that a list of the same day can have."""
    return ((day_of(key >> KEY_BITS) + 1) * DAY_MS << KEY_BITS) - 1


def chain_of(base_key: int, step: int) -> tuple[int, int, int, int, int, int]:
    """The values of a query that lays the lists of a chain over each other, up to a step.

    The keys of lists and of rows are bounded by their day, so that PostgreSQL looks into one partition.
    """
    last = last_key_of_day(base_key)
    return base_key, step, base_key, last, base_key, last
