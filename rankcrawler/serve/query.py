"""A request for a list, checked and parsed."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import NamedTuple

from rankcrawler import moments
from rankcrawler.clock import iso
from rankcrawler.errors import RequestError, SettingError
from rankcrawler.language import tr
from rankcrawler.queue.limits import LARGEST_ID

_SECONDS = re.compile(r"\d{1,7}(\.\d{1,3})?", re.ASCII)
_ID = re.compile(r"\d{1,19}", re.ASCII)


class Query(NamedTuple):
    """The list that is wanted."""

    room_id: str
    anchor_id: str | None
    """None if the request names none."""
    at: str | None
    """The moment whose list is wanted, ISO 8601 in UTC; None for the latest."""
    fresh: float | None
    """How old the latest list may be, in seconds; None for any age."""


def parsed(parameters: Mapping[str, str], zone: tzinfo, now_ms: int) -> Query:
    """The query; a moment without an offset is one in `zone`. Raises RequestError, which names the parameter."""
    room_id = _identifier(parameters, "room_id")
    if room_id is None:
        raise RequestError(tr("the parameter {name} is missing", name="room_id"))
    anchor_id = _identifier(parameters, "anchor_id")
    return Query(room_id, anchor_id, _moment(parameters.get("at"), zone, now_ms), _age(parameters.get("fresh")))


def _identifier(parameters: Mapping[str, str], name: str) -> str | None:
    text = parameters.get(name, "")
    if not text:
        return None
    if not _ID.fullmatch(text) or not 0 < int(text) <= LARGEST_ID:
        raise RequestError(tr("the parameter {name} must be a whole number of 1 to 19 digits", name=name))
    return str(int(text))


def _moment(text: str | None, zone: tzinfo, now_ms: int) -> str | None:
    """`at`, as people write moments, or in milliseconds since 1970."""
    if not text:
        return None
    if re.fullmatch(r"\d{11,15}", text, re.ASCII):
        return iso(min(int(text), now_ms))
    try:
        return iso(max(moments.parsed(text, zone, now_ms), 0))
    except SettingError as error:
        raise RequestError(tr("the parameter {name}: {error}", name="at", error=error)) from None


def _age(text: str | None) -> float | None:
    """`fresh`, in seconds."""
    if not text:
        return None
    if not _SECONDS.fullmatch(text):
        raise RequestError(tr("the parameter {name} must be seconds, such as 30", name="fresh"))
    return float(text)
