"""Who gave how much in a room between two moments."""

import msgspec

from rankcrawler.clock import ms
from rankcrawler.errors import NotInStore
from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.ground import Choice, Ground, Moment
from rankcrawler.insight.shares import Concentration, concentration
from rankcrawler.language import tr
from rankcrawler.store import gains


class GainRow(msgspec.Struct, frozen=True):
    """What a contributor gave."""

    user_id: str
    nickname: str | None
    """The latest one."""
    coins: int
    """At least."""
    most: int | None
    """At most; None without a limit."""
    first_score: int | None
    """Coins in the first list; None for a contributor who was not in it."""
    last_score: int | None
    """In the last list."""
    marks: tuple[str, ...]
    """entered, left, reentered: the list; reset: the room's scores began again, and count from 0."""


class RoomGains(Answer, frozen=True, kw_only=True):
    """Who gave how much, most first; contributors who neither gave, entered nor left are not listed."""

    source: str
    kind: str
    room_id: str
    since_at: str
    """The first list: the last before the time asked for, or else the first within it."""
    until_at: str
    """The last list."""
    most_outside: int | None
    """The most that anyone who is in none of the lists may have given; None without a limit."""
    concentration: Concentration | None
    rows: tuple[GainRow, ...]


def room_gains(ground: Ground, room_id: str, choice: Choice, since: Moment | None, until: Moment | None) -> RoomGains:
    """Between the list that the room had at a moment and the one at another; raises NotInStore without lists."""
    since_ms, until_ms = ground.span(since, until)
    room = ground.room(room_id, choice)
    found = gains.between(ground.database, room, (since_ms, until_ms), ground.damage, ground.walks)
    if found.since is None or found.until is None:
        raise NotInStore(tr("room {room} has no list in that time", room=room_id))
    rows = [GainRow(*(getattr(each, name) for name in GainRow.__struct_fields__)) for each in found.gains]
    since_ms = ms(found.since)
    polls = sureness.polls_of(ground, room, since_ms, until_ms)
    is_exact = found.unseen == 0 and found.most_outside == 0
    sure = sureness.of_room(ground, room, polls, since_ms + 1, until_ms, is_exact=is_exact, unseen=found.unseen)
    return RoomGains(
        **msgspec.structs.asdict(room.name),
        since_at=found.since,
        until_at=found.until,
        most_outside=found.most_outside,
        concentration=concentration(each.coins for each in rows),
        rows=tuple(rows),
        sure=msgspec.structs.replace(
            sure, failed=found.failures, left_out=found.left_out, longest_gap=found.longest_gap
        ),
    )
