"""What a store that answers questions returns. Moments are ISO 8601 text, as in items."""

from typing import Literal, NamedTuple

from rankcrawler.model.schedules import Schedule
from rankcrawler.model.targets import Target

Outcome = Literal["stored", "unchanged", "empty", "withheld", "failed", "damaged"]


class Counts(NamedTuple):
    """How much a store holds, counted record by record."""

    rooms: int
    polls: int
    snapshots: int
    """Lists with rows; each differs from the one before, or is the first of its day."""
    entries: int
    """Rows written for them; a delta list writes only those that differ."""


class PollRecord(NamedTuple):
    """One poll of a room and its outcome. A moment without a record is a moment without a poll."""

    at: str
    """Its place in the order of the room's polls: the list's own clock, or later than the list before under one clock;
    the worker's for a failed poll, or if the list's is wrong.
    """
    polled_at: str
    outcome: Outcome
    """withheld: there are contributors, and the gateway does not publish their scores. damaged: rows of the list were
    lost, and a repair has removed the rest.
    """
    entry_count: int | None
    """None for a failed poll."""
    total: int | None = None
    user_count_desc: str | None = None
    action: str | None = None
    """The verdict on a failed poll; it and the next five fields are those of a FailedPoll."""
    reason: str | None = None
    status: int | None = None
    code: int | None = None
    status_code: int | None = None
    attempt: int | None = None
    captured_at: str | None = None
    """What the list's own clock said, right or wrong; None for a failed poll."""
    flags: tuple[str, ...] = ()
    """What is wrong with the poll, not with its list: `clock_stands_still`."""


class Contributor(NamedTuple):
    """A contributor with the latest profile."""

    source: str
    user_id: str
    display_id: str | None
    sec_uid: str | None
    nickname: str | None
    gender: int | None
    avatar_url: str | None
    first_seen: str
    last_seen: str
    """The last list of any room with this contributor in it."""


class Stay(NamedTuple):
    """An unbroken time in a room's list, as far as polls can show."""

    kind: str
    room_id: str
    anchor_id: str | None
    since: str
    """The first list with the contributor in it."""
    until: str
    """The last one."""
    is_over: bool
    """Whether a later list came without the contributor, or the broadcast is over."""
    first_score: int | None
    last_score: int | None


class Gain(NamedTuple):
    """What one contributor gave in a room between two moments, as far as lists can show."""

    user_id: str
    nickname: str | None
    coins: int
    """At least: someone who enters a full list counts from that list's last score on."""
    most: int | None
    """At most; None if lists set no limit, as when scores began again, or someone left a list that was not full."""
    first_score: int | None
    """In the first list; None for a contributor who was not in it."""
    last_score: int | None
    """In the last list."""
    marks: tuple[str, ...]
    """entered, left, reentered: the list; reset: the room's scores began again, and count from 0."""


class Gains(NamedTuple):
    """Who gave how much in a room between two lists."""

    since: str | None
    """When the first list was captured: the last before the time asked for, or else the first within it.

    If that is the first of a session whose beginning was seen, when the session began: scores were 0 then.
    """
    until: str | None
    """When the last list was captured; both are None if there is no list."""
    gains: list[Gain]
    """Most coins first; contributors who neither gave, entered nor left are not listed."""
    failures: int
    """Failed polls in between: what happened then was not seen."""
    longest_gap: float
    """The longest time between two lists that count, in seconds."""
    left_out: int
    """Polls whose list stayed out: contributors or scores were hidden, or the list contradicted others."""
    most_outside: int | None
    """The most that anyone who is in none of the lists may have given; None without a limit."""
    unseen: float | None
    """The share of what the contributors may have given that a full list did not show; None without a limit."""


class Recurring(NamedTuple):
    """A room that is polled repeatedly, as its last poll said."""

    target: Target
    schedule: Schedule
    last_polled: str


class Session(NamedTuple):
    """A session of an anchor that was followed."""

    source: str
    anchor: str
    """As Anchor.name."""
    room_id: str
    begun_at: str
    begun_by: str
    """How that is known: `gateway`, `look` or `found`, of model.sessions.BY."""
    ended_at: str | None
    """None while it is on."""
    ended_by: str | None
    """How that is known: `gateway`, `looks`, `room` or `removed`."""
    title: str | None
    nickname: str | None
    """What the anchor was called."""
    flags: tuple[str, ...]
    last_list_at: str | None
    """When the room's last list was made that counts; None before the first."""


class Source(NamedTuple):
    """A gateway, by its name, and what it served."""

    source: str
    rooms: int
    """Rooms and kinds of list."""
    users: int
    first_polled: str
    last_polled: str


class Status(NamedTuple):
    """A store at a glance; the counts are sums that were kept while writing."""

    place: str
    """Where it is, without its password."""
    version: int
    """Of its schema."""
    size: int
    """Bytes on disk."""
    rooms: int
    users: int
    polls: int
    failures: int
    lists: int
    entries: int
    first_day: str | None
    """The oldest day with polls, as YYYY-MM-DD."""
    last_day: str | None


class Joined(NamedTuple):
    """What two gateways that became one had in common; nothing if only a name has changed."""

    rooms: int
    """Rooms and kinds of list that both had."""
    polls: int
    """Polls of one moment and one list that both had, and that are kept once."""


class Finding(NamedTuple):
    """Something in a store that is not as it was written."""

    what: Literal["list", "poll", "row", "sum", "index", "unchecked"]
    """unchecked: it may be as it was written; the store cannot tell."""
    place: str
    """The room and the moment, or the name of the index."""
    problem: str


class Purged(NamedTuple):
    """What a purge removed."""

    polls: int
    lists: int
    entries: int
