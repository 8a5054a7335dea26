"""A job: a room to poll and its schedule; and the forms in which people write one."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from rankcrawler.errors import JobError
from rankcrawler.model.schedules import ONCE, Schedule
from rankcrawler.queue.limits import (
    FORMS,
    HIGHEST_PRIORITY,
    LARGEST_ID,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
)


class Job(msgspec.Struct, frozen=True):
    """A room to poll. If the queue knows the room already, what the job leaves out stays as it is there."""

    room_id: str
    anchor_id: str | None = None
    schedule: Schedule = ONCE


def parse(text: str) -> Job:
    """The job that a line of text describes, in one of FORMS; raises JobError."""
    text = text.strip()
    if text.startswith("{"):
        return of_fields(_json_object(text))
    if text.startswith(("http://", "https://")):
        return of_fields(_query(text))
    return of_fields({"room_id": text})


def of_fields(fields: Mapping[str, Any]) -> Job:
    """The job that named fields describe; a blank optional field counts as missing. Raises JobError."""
    given = {name: value for name, value in fields.items() if value not in ("", None)}
    room_id = _identifier(given.get("room_id"), "room_id")
    anchor_id = _identifier(given["anchor_id"], "anchor_id") if "anchor_id" in given else None
    return Job(room_id, anchor_id, _schedule(given))


def _schedule(given: Mapping[str, Any]) -> Schedule:
    every = _interval(given["every"], "every") if "every" in given else None
    every_max = _interval(given["every_max"], "every_max") if "every_max" in given else None
    if every_max is not None and every_max < (every or 0):
        raise JobError(f"every_max must be at least every, which is {every:g}, not {_shown(given['every_max'])}")
    return Schedule(every, every_max, _priority(given["priority"]) if "priority" in given else None)


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


def _interval(value: Any, name: str) -> float:
    seconds = _number(value)
    if seconds is None or not SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise JobError(
            f"{name} must be seconds between {SHORTEST_INTERVAL:g} and {LONGEST_INTERVAL:d}, not {_shown(value)}"
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
