"""The body of a webhook's message: JSON, of the same shape for one firing as for many."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rankcrawler.alerts import message as messages
from rankcrawler.alerts.firing import Event, Fact, Firing, Person, Place
from rankcrawler.alerts.outbox import Message
from rankcrawler.clock import iso

TYPE = "rankcrawler.alerts"


class Alert(msgspec.Struct, frozen=True):
    """A firing, for programs."""

    id: str
    """Follows from the rule and the event: the same in every message that tells of it."""
    rule: str
    """The name of the rule."""
    event: Event
    at: str
    """When it happened."""
    fired_at: str
    """When it was found."""
    place: Place | None
    person: Person | None
    other: Person | None
    """Who was first before."""
    facts: dict[str, Fact]
    is_least: bool
    """Whether coins are a lower bound."""
    failed: int
    """Polls without a list since the list before."""
    hidden: int
    """Lists since then that did not count."""
    title: str
    text: str


class Body(msgspec.Struct, frozen=True):
    """A message."""

    id: str
    type: str
    attempt: int
    title: str
    text: str
    alerts: Sequence[Alert]


def of_message(message: Message, zone: ZoneInfo, now_ms: int) -> Body:
    """The body of a message."""
    alerts = [_alert(each.firing, each.fired_ms, zone, now_ms) for each in message.parts]
    title, text = messages.of_parts(message.parts, zone, now_ms)
    return Body(message.id, TYPE, message.attempt, title, text, alerts)


def _alert(firing: Firing, fired_ms: int, zone: ZoneInfo, now_ms: int) -> Alert:
    same: dict[str, Any] = {name: getattr(firing, name) for name in Alert.__struct_fields__ if hasattr(firing, name)}
    title, text = messages.of_firing(firing, zone, now_ms)
    changed = {"rule": firing.name, "at": iso(firing.at_ms), "fired_at": iso(fired_ms), "title": title, "text": text}
    return Alert(**(same | changed))
