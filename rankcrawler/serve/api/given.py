"""The parameters of requests: how they are declared, and how those are read that no pattern can describe."""

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated, Any, NamedTuple

from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from rankcrawler import moments
from rankcrawler.clock import LAST_MS, iso
from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.model.kinds import KINDS, RANKLIST
from rankcrawler.serve.refusal import Refusal

LONGEST_TEXT = 200
MOST_ROOMS = 50
"""Rooms that one request may name."""
MOST_ROWS = 1000
"""Rows of a page."""
ID = r"^[0-9]{1,19}$"
_FORMS = "12:03, today, yesterday 20:00, 2026-11-23T12:00+08:00, an age such as 90s, 5min, 2h, 30d, or ms since 1970"
DURATION = "[1-9][0-9]{0,8} ?(s|sec|m|min|h|d)"


def _moment(description: str) -> Any:
    return QueryParameter(description=description, max_length=64, schema_extra={"format": "moment"})


Room = Annotated[str, PathParameter(description="The room's id.", pattern=ID)]
UserId = Annotated[str, PathParameter(description="As in `user_id`.", min_length=1, max_length=LONGEST_TEXT)]
Anchor = Annotated[str, PathParameter(description="As in `anchor_id`.", min_length=1, max_length=LONGEST_TEXT)]
Rooms = Annotated[
    list[Annotated[str, Meta(pattern=ID)]] | None,
    QueryParameter(
        description="Only this room; may be repeated.",
        max_items=MOST_ROOMS,
        schema_extra={"items": {"type": "string", "pattern": ID}},
    ),
]
OneRoom = Annotated[str | None, QueryParameter(description="Only this room.", pattern=ID)]
Kind = Annotated[str, QueryParameter(description="The kind of list.", pattern=f"^({'|'.join(KINDS)})$")]
Source = Annotated[
    str | None,
    QueryParameter(
        description="The gateway; without it all, or the one that polled last.", min_length=1, max_length=LONGEST_TEXT
    ),
]
Since = Annotated[str | None, _moment(f"From this moment on: {_FORMS}.")]
Until = Annotated[str | None, _moment("Before this moment.")]
At = Annotated[str | None, _moment("The list of this moment; without it, the latest.")]
Against = Annotated[str | None, _moment("Compare with the list of this moment, or of so long before.")]
Step = Annotated[
    str | None,
    QueryParameter(description="Of each so long the last: 5min, 1h.", pattern=f"^{DURATION}$", max_length=16),
]
Limit = Annotated[
    int | None,
    QueryParameter(description="Rows of a page; 100 as JSON, and all as CSV, without it.", ge=1, le=MOST_ROWS),
]
Cursor = Annotated[
    str | None,
    QueryParameter(
        description="Where the page begins, as in the header Link.", max_length=2000, schema_extra={"format": "cursor"}
    ),
]


class Clock(NamedTuple):
    """What moments are read by."""

    zone: tzinfo
    now_ms: Callable[[], int]
    """Milliseconds since 1970."""


class Time(NamedTuple):
    """From a moment until before another, as questions take them."""

    since: str | None
    until: str | None


class Of(NamedTuple):
    """Which lists a question is about."""

    kind: str
    source: str | None


def time(clock: NamedDependency[Clock], since: Since = None, until: Until = None) -> Time:
    """The time that a question is about; raises Refusal."""
    return Time(moment("since", since, clock), moment("until", until, clock))


def of(kind: Kind = RANKLIST.name, source: Source = None) -> Of:
    """The lists that a question is about."""
    return Of(kind, source)


def moment(name: str, given: str | None, clock: Clock) -> str | None:
    """A moment as ISO 8601 in UTC, None for None; raises Refusal, which names the parameter."""
    if given is None:
        return None
    known = _in_ms(given)
    return known or iso(max(_read(name, lambda: moments.parsed(given, clock.zone, clock.now_ms())), 0))


def age_or_moment(name: str, given: str | None, clock: Clock) -> str | None:
    """A moment that may be an age before another, as questions take it; raises Refusal, which names the parameter."""
    if given is None:
        return None
    known = _in_ms(given)
    if known is None:
        _read(name, lambda: moments.parsed(given, clock.zone, clock.now_ms()))
    return known or given


def duration(name: str, given: str | None) -> str | None:
    """A duration, as it is; raises Refusal, which names the parameter."""
    if given is not None:
        _read(name, lambda: moments.duration(given))
    return given


def _in_ms(given: str) -> str | None:
    """A moment that is given in milliseconds since 1970; None for any other."""
    return iso(min(int(given), LAST_MS)) if re.fullmatch(r"\d{11,15}", given, re.ASCII) else None


def _read(name: str, read: Callable[[], int]) -> int:
    try:
        return read()
    except SettingError as error:
        raise wrong(name, error) from None


def wrong(name: str, error: object) -> Refusal:
    """The answer to a parameter that is wrong."""
    return Refusal(400, tr("the parameter {name}: {error}", name=name, error=error), parameter=name)
