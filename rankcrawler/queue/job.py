"""A job: a room to poll and its schedule; and the forms in which people write one."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.model.schedules import ONCE, Schedule
from rankcrawler.queue.limits import (
    FIELDS,
    FORMS,
    HIGHEST_PRIORITY,
    LARGEST_ID,
    LIVE_HOST,
    LONGEST_INTERVAL,
    NO_WEB_RID,
    SHORTEST_INTERVAL,
    WEB_RID_DIGITS,
)
from rankcrawler.spelling import is_one_edit

_KNOWN = frozenset(FIELDS)
_QUOTE = "'"
_LONGEST_ID = len(str(LARGEST_ID))


class Job(msgspec.Struct, frozen=True):
    """A room to poll. If the queue knows the room already, what the job leaves out stays as it is there."""

    room_id: str
    anchor_id: str | None = None
    schedule: Schedule = ONCE


def parse(text: str) -> Job:
    """The job that a line of text describes, in one of FORMS; raises JobError."""
    text = text.strip()
    if text.startswith("{"):
        return of_fields(json_object(text, tr(FORMS)))
    if text.startswith(("http://", "https://")):
        return of_fields(_query(text))
    return of_fields({"room_id": text})


def of_fields(fields: Mapping[str, Any]) -> Job:
    """The job that named fields describe; a blank optional field counts as missing. Raises JobError.

    A field that is nearly one of FIELDS is an error; any other is ignored.
    """
    for name in fields.keys() - _KNOWN:
        if field := meant(name):
            raise JobError(tr("{name} is not a field of a room: did you mean {field}?", name=shown(name), field=field))
    given = {name: value for name, value in fields.items() if value not in ("", None)}
    if "room_id" not in given:
        given = _of_another(given)
    room_id = _identifier(given.get("room_id"), "room_id")
    anchor_id = _identifier(given["anchor_id"], "anchor_id") if "anchor_id" in given else None
    return Job(room_id, anchor_id, schedule(given))


def meant(name: str | None) -> str | None:
    """The field of a room that was probably meant by a name that differs from it by a letter, its case or a hyphen."""
    return meant_of(name, FIELDS)


def completed(job: Job, default: Job) -> Job:
    """The job with the default for whatever it does not state; `every` and `every_max` go together."""
    own, other = job.schedule, default.schedule
    is_without_interval = own.every is None and own.every_max is None
    schedule = Schedule(
        every=other.every if own.every is None else own.every,
        every_max=other.every_max if is_without_interval else own.every_max,
        priority=other.priority if own.priority is None else own.priority,
    )
    return msgspec.structs.replace(job, anchor_id=job.anchor_id or default.anchor_id, schedule=schedule)


@lru_cache(256)
def meant_of(name: str | None, fields: tuple[str, ...]) -> str | None:
    """The one of these fields that was probably meant by such a name."""
    letters = _letters(str(name))
    return next((field for field in fields if name != field and is_one_edit(letters, _letters(field))), None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _of_another(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of an object that names no room itself, but a request by its `url`, as scrapy-redis's objects do."""
    if "web_rid" in given:
        raise _no_web_rid(given["web_rid"])
    url = given.get("url")
    return _query(url) | given if isinstance(url, str) and url.startswith(("http://", "https://")) else given


def schedule(given: Mapping[str, Any]) -> Schedule:
    """The schedule that fields state; raises JobError."""
    every = of_interval(given["every"], "every") if "every" in given else None
    every_max = of_interval(given["every_max"], "every_max") if "every_max" in given else None
    if every_max is not None and every_max < (every or 0):
        raise JobError(
            tr(
                "every_max must be at least every, which is {every:g}, not {value}",
                every=every,
                value=shown(given["every_max"]),
            )
        )
    return Schedule(every, every_max, _priority(given["priority"]) if "priority" in given else None)


def json_object(text: str, forms: str) -> dict[str, Any]:
    """The fields of a JSON object; raises JobError, which says that `forms` were expected."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JobError(tr("expected {forms}; this is broken JSON ({error})", forms=forms, error=error)) from None
    return dict(fields)


def _query(url: str) -> dict[str, str]:
    """What a URL says of a room; its other parameters are the gateway's."""
    try:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items() if name in FIELDS}
    except ValueError as error:
        raise JobError(tr("expected {forms}; this is a broken URL ({error})", forms=tr(FORMS), error=error)) from None
    if "room_id" not in query and parts.hostname == LIVE_HOST:
        raise _no_web_rid(f"{LIVE_HOST}{parts.path}")
    return query


def _identifier(value: Any, name: str) -> str:
    text = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
    digits = text.lstrip("0") if text.isascii() and text.isdigit() else ""
    if not 0 < len(digits) <= _LONGEST_ID or int(digits) > LARGEST_ID:
        raise JobError(
            tr(
                "expected {forms}; {name} must be a whole number from 1 to {most}, not {value}",
                forms=tr(FORMS),
                name=name,
                most=LARGEST_ID,
                value=shown(value),
            )
        )
    if name == "room_id" and WEB_RID_DIGITS[0] <= len(digits) <= WEB_RID_DIGITS[1]:
        raise _no_web_rid(digits)
    return digits


def _no_web_rid(value: Any) -> JobError:
    return JobError(f"{shown(value).strip(_QUOTE)} {tr(NO_WEB_RID)}")


def of_interval(value: Any, name: str) -> float:
    """The seconds that a field of this name states; raises JobError."""
    seconds = _number(value)
    if seconds is None or not SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise JobError(
            tr(
                "{name} must be seconds between {least:g} and {most:d}, not {value}",
                name=name,
                least=SHORTEST_INTERVAL,
                most=LONGEST_INTERVAL,
                value=shown(value),
            )
        )
    return seconds


def _priority(value: Any) -> int:
    number = _number(value)
    if number is None or number != int(number) or abs(number) > HIGHEST_PRIORITY:
        raise JobError(
            tr(
                "priority must be a whole number from -{most} to {most}, not {value}",
                most=HIGHEST_PRIORITY,
                value=shown(value),
            )
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


def shown(value: Any) -> str:
    """A value as a message shows it: quoted, and cut."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
