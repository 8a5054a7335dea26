"""A contributor: rooms, coins, hours and names; and contributors by a part of their names."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from rankcrawler.clock import iso, ms
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.ground import Ground
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.store.answers import Stay
from rankcrawler.store.days import HOUR_MS
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored

_ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
FoundBy = Literal["id", "handle", "nickname", "part"]
_FOUND_BY: tuple[FoundBy, ...] = ("id", "handle", "nickname", "part")


class StayRow(msgspec.Struct, frozen=True):
    """An unbroken time in a room's list, as far as lists that count show."""

    kind: str
    room_id: str
    anchor_id: str | None
    since_at: str
    """The first list with the contributor in it."""
    until_at: str
    """The last one."""
    is_over: bool
    """Whether a later list came without the contributor, or the broadcast is over."""
    first_score: int | None
    """Coins in the first list."""
    last_score: int | None
    """Coins in the last list; None if it was withheld, or if that list was purged."""


class Hour(msgspec.Struct, frozen=True):
    """What a contributor gave in an hour, by the lists of one kind."""

    kind: str
    hour_at: str
    """When the hour begins."""
    coins: int
    """At least."""
    unseen: int | None
    """Coins that the contributor may have given beyond; None without a limit."""


class Name(msgspec.Struct, frozen=True):
    """A nickname and handle that a contributor had."""

    nickname: str | None
    display_id: str | None
    since_at: str | None
    """The first list with this name; None if that is not known."""
    until_at: str | None
    """The first list with the next name; None for the present name, and if it is not known."""
    is_present: bool


class Person(Answer, frozen=True, kw_only=True):
    """A contributor, with the latest profile, and the rooms where they were, latest first."""

    source: str
    user_id: str
    display_id: str | None
    sec_uid: str | None
    nickname: str | None
    gender: int | None
    """1 for male, 2 for female."""
    avatar_url: str | None
    first_seen_at: str
    last_seen_at: str
    """The last list of any room with the contributor in it."""
    sessions: int
    """How many different rooms."""
    coins: int
    """Given in these hours, at least, by rank lists alone; from before sums were kept by hour there are none."""
    names: tuple[Name, ...]
    """The present one last."""
    hours: tuple[Hour, ...]
    """Those in which something was given, in order of time."""
    rows: tuple[StayRow, ...]


class FoundRow(msgspec.Struct, frozen=True):
    """A contributor who was found."""

    source: str
    user_id: str
    nickname: str | None
    """The latest one."""
    display_id: str | None
    """The latest handle."""
    found_by: FoundBy
    """What is equal to the text; part: a nickname or handle contains it."""
    former: str | None
    """A former nickname or handle that contains the text, if the latest ones do not."""
    first_seen_at: str


class Found(Answer, frozen=True, kw_only=True):
    """Contributors whose id, handle or nickname, present or former, is or contains a text."""

    text: str
    rows: tuple[FoundRow, ...]


def person(ground: Ground, user_id: str, source: str | None, limit: int) -> Person:
    """A contributor, with the latest `limit` times in rooms; raises NotInStore if no list had them."""
    key, first_seen_ms, name, *_ = ground.contributor_record(user_id, source)
    profile = ground.contributor(user_id, source=name)
    assert profile is not None
    stays = ground.trail(user_id, source=name, limit=limit)
    hours = tuple(_hours(ground, key, stays))
    fields = profile._asdict()
    return Person(
        first_seen_at=fields.pop("first_seen"),
        last_seen_at=fields.pop("last_seen"),
        **fields,
        sessions=len({stay.room_id for stay in stays}),
        coins=sum(each.coins for each in hours if each.kind == RANKLIST.name),
        names=tuple(_names(ground, user_id, name)),
        hours=hours,
        rows=tuple(StayRow(*stay) for stay in stays),
        sure=Sure(coins="at_least", purged_before=ground.purged_before(first_seen_ms)),
    )


def search(ground: Ground, text: str, source: str | None, limit: int) -> Found:
    """Contributors of whom a text is the id, or a part of a nickname or handle that they have or had."""
    values = {"text": encoded(text), "pattern": f"%{encoded(text).translate(_ESCAPED)}%", "limit": limit}
    found = ground.database.all("insight_search", **values, source=encoded(source or ""))
    return Found(text=text, rows=tuple(_found(*restored(each)[1:], text=text) for each in found))


def _hours(ground: Ground, user_key: int, stays: Sequence[Stay]) -> Iterator[Hour]:
    """The hours of a contributor's times in lists in which something was given."""
    wanted = {
        (hour, stay.kind, user_key)
        for stay in stays
        for hour in range(ms(stay.since) // HOUR_MS, ms(stay.until) // HOUR_MS + 1)
    }
    for hour, kind, coins, unseen in sorted(ground.database.find("insight_hours_of", sorted(wanted)), key=_hour_of):
        if coins:
            yield Hour(kind, iso(hour * HOUR_MS), coins, unseen)


def _hour_of(record: Sequence[object]) -> tuple[object, object]:
    return record[0], record[1]


def _names(ground: Ground, user_id: str, source: str) -> Iterable[Name]:
    found = ground.database.all("insight_names", user_id=encoded(user_id), source=encoded(source))
    for nickname, display_id, since_at, until_at, is_present in map(restored, found):
        yield Name(nickname, display_id, since_at, until_at, bool(is_present))


def _found(
    source: str,
    user_id: str,
    nickname: str | None,
    display_id: str | None,
    first_seen_ms: int,
    _profile_ms: int,
    how: int,
    nickname_then: str | None,
    handle_then: str | None,
    *,
    text: str,
) -> FoundRow:
    lower = text.lower()
    has_it = any(lower in each.lower() for each in (nickname, display_id) if each is not None)
    former = None if has_it else nickname_then or handle_then
    return FoundRow(source, user_id, nickname, display_id, _FOUND_BY[how], former, iso(first_seen_ms))
