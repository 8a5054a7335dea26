"""Who gave how much in one session, next to another."""

from typing import Literal

import msgspec

from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.insight.room_gains import GainRow, RoomGains, room_gains

Gave = Literal["both", "here", "there"]
"""In which of the two sessions a contributor gave something."""


class VersusRow(msgspec.Struct, frozen=True):
    """What a contributor gave in two sessions."""

    user_id: str
    nickname: str | None
    """The latest one."""
    gave: Gave
    coins: int
    """At least, in the session that was asked about."""
    most: int | None
    """At most; None without a limit."""
    coins_there: int
    """At least, in the other one."""
    most_there: int | None
    """At most, in the other one."""


class Versus(Answer, frozen=True, kw_only=True):
    """Contributors who gave something in one of two sessions, by what they gave in both, most first."""

    source: str
    kind: str
    room_id: str
    since_at: str
    until_at: str
    other_id: str
    """The room of the other session."""
    other_since_at: str
    other_until_at: str
    rows: tuple[VersusRow, ...]


def versus(ground: Ground, room_id: str, other_id: str, choice: Choice) -> Versus:
    """The gains of two rooms side by side; raises NotInStore if one has no lists."""
    here, there = (room_gains(ground, each, choice, None, None) for each in (room_id, other_id))
    found, found_there = ({row.user_id: row for row in each.rows} for each in (here, there))
    rows = []
    for user, known in (found_there | found).items():
        coins, most = _given(here, found.get(user))
        coins_there, most_there = _given(there, found_there.get(user))
        if coins or coins_there:
            gave: Gave = "both" if coins and coins_there else "here" if coins else "there"
            rows.append(VersusRow(user, known.nickname, gave, coins, most, coins_there, most_there))
    rows.sort(key=lambda row: (-row.coins - row.coins_there, row.user_id))
    return Versus(
        source=here.source,
        kind=here.kind,
        room_id=here.room_id,
        since_at=here.since_at,
        until_at=here.until_at,
        other_id=there.room_id,
        other_since_at=there.since_at,
        other_until_at=there.until_at,
        rows=tuple(rows),
        sure=sureness.together([here.sure, there.sure]),
    )


def _given(gains: RoomGains, row: GainRow | None) -> tuple[int, int | None]:
    """Coins of a contributor, at least and at most; who is in none of the lists may have given something, too."""
    return (0, gains.most_outside) if row is None else (row.coins, row.most)
