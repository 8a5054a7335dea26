"""What fires: an event that a rule waited for, with the facts that a message tells."""

from hashlib import blake2b
from typing import Literal

import msgspec

Event = Literal[
    "appears",
    "first",
    "score",
    "pace",
    "begins",
    "ends",
    "anonymous",
    "stops",
    "again",
    "dead",
    "budget",
    "spent",
    "test",
]
Fact = int | float | str | None
Fate = Literal["sent", "held", "cool_down", "muted", "no_target"]
"""What became of a firing: whether messages were made of it, or why none was."""


class Person(msgspec.Struct, frozen=True):
    """A contributor."""

    user_id: str
    nickname: str | None
    """The latest one."""


class Host(msgspec.Struct, frozen=True):
    """Whose room it is, as the last look at the anchor said."""

    anchor: str
    nickname: str | None = None
    title: str | None = None


class Place(msgspec.Struct, frozen=True):
    """The room that it happened in."""

    source: str
    kind: str
    room_id: str
    host: Host | None = None
    """None if no anchor is known."""


class Firing(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that a rule waited for."""

    id: str
    """Follows from the rule and the event alone: who must not act twice knows by it what they know already."""
    rule: str
    """The key of the rule."""
    name: str
    """Its name."""
    event: Event
    at_ms: int
    """When it happened: for a list, its place in time."""
    subject: str
    """What the cool-down is about."""
    place: Place | None = None
    person: Person | None = None
    other: Person | None = None
    """Who was first before."""
    facts: dict[str, Fact] = {}
    is_least: bool = False
    """Whether coins are a lower bound."""
    failed: int = 0
    """Polls without a list between the list before and this one."""
    hidden: int = 0
    """Lists between them whose contributors or scores were hidden, or that did not count."""


def identified(*parts: object) -> str:
    """An id that follows from what it is made of."""
    text = "\x1f".join(map(str, parts))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
