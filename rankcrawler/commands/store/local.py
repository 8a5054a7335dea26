"""Answers with their times as clocks in a time zone show them, for people; JSON keeps UTC."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import ms

Answer = TypeVar("Answer", bound=NamedTuple)
TIMES = ("since", "until", "first_seen", "last_seen")
"""The fields of answers that are moments."""


def in_zone(found: Answer, zone: ZoneInfo) -> Answer:
    """An answer of a store with its moments in a zone."""
    fields: dict[str, Any] = found._asdict()
    shown = {name: moments.shown(ms(fields[name]), zone) for name in TIMES if fields.get(name) is not None}
    return found._replace(**shown)


def all_in_zone(found: Iterable[Answer], zone: ZoneInfo) -> list[Answer]:
    """Answers with their moments in a zone."""
    return [in_zone(each, zone) for each in found]
