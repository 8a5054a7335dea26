"""A job: a room to poll, how often, and how urgently; and the forms in which people write one."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from rankcrawler.errors import JobError

LARGEST_ID = 2**63 - 1
LONGEST_INTERVAL = 30 * 86_400.0
SHORTEST_INTERVAL = 0.1
HIGHEST_PRIORITY = 1000

FORMS = 'a room id, a JSON object with "room_id", or a gateway URL with room_id='


class Job(msgspec.Struct, frozen=True):
    """One room to poll."""

    room_id: str
    anchor_id: str | None = None
    every: float | None = None
    """Seconds between polls; None polls once."""
    priority: int | None = None
    """Each step is a head start of a minute; None is 0 for a new room, and no change for a known one."""
    every_max: float | None = None
    """Up to how many seconds lie between polls while the list stays the same; None always takes `every`."""


def parse(text: str) -> Job:
    """The job that a line of text describes, in one of FORMS; JobError says what is wrong with it."""
    text = text.strip()
    if text.startswith("{"):
        return of_fields(_json_object(text))
    if text.startswith(("http://", "https://")):
        return of_fields(_query(text))
    return of_fields({"room_id": text})


def of_fields(fields: Mapping[str, Any]) -> Job:
    """The job that named fields describe; blank and missing optional fields are the same."""
    given = {key: fields.get(key) for key in ("room_id", "anchor_id", "every", "every_max", "priority")}
    room_id, anchor_id, every, every_max, priority = (None if value == "" else value for value in given.values())
    shortest = None if every is None else _interval(every, "every")
    return Job(
        _identifier(room_id, "room_id"),
        None if anchor_id is None else _identifier(anchor_id, "anchor_id"),
        shortest,
        None if priority is None else _priority(priority),
        None if every_max is None else _longest(every_max, shortest),
    )


def _json_object(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JobError(f"expected {FORMS}; this is broken JSON ({error})") from None
    return dict(fields)


def _query(url: str) -> dict[str, str]:
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError as error:
        raise JobError(f"expected {FORMS}; this is a broken URL ({error})") from None
    return {key: values[0] for key, values in query.items()}


def _identifier(value: Any, name: str) -> str:
    text = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID:
        return str(int(text))
    raise JobError(f"expected {FORMS}; {name} must be a whole number of 1 to 19 digits, not {_shown(value)}")


def _longest(value: Any, every: float | None) -> float:
    seconds = _interval(value, "every_max")
    if seconds < (every or 0):
        raise JobError(f"every_max must be at least every, which is {every:g}, not {_shown(value)}")
    return seconds


def _interval(value: Any, name: str) -> float:
    seconds = _number(value)
    if seconds is None or not SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise JobError(
            f"{name} must be seconds between {SHORTEST_INTERVAL:g} and {LONGEST_INTERVAL:.0f}, not {_shown(value)}"
        )
    return seconds


def _priority(value: Any) -> int:
    number = _number(value)
    if number is None or number != int(number) or abs(number) > HIGHEST_PRIORITY:
        raise JobError(
            f"priority must be a whole number from -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}, not {_shown(value)}"
        )
    return int(number)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
