"""Who was in a room's lists, and from when until when."""

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.ground import END_MS, Choice, Ground


class RoomStay(msgspec.Struct, frozen=True):
    """A contributor's time in the room's lists, from the first to the last, whatever lay between."""

    user_id: str
    nickname: str | None
    """The latest one."""
    since_at: str
    """The first list with the contributor in it."""
    until_at: str
    """The last one."""
    is_there: bool
    """Whether the contributor is in the last list that counts."""


class Stays(Answer, frozen=True, kw_only=True):
    """Everyone who ever was in a room's lists that count, the first ones first."""

    source: str
    kind: str
    room_id: str
    rows: tuple[RoomStay, ...]


def stays(ground: Ground, room_id: str, choice: Choice) -> Stays:
    """Everyone who was in the room's lists; raises NotInStore if it was never polled."""
    room = ground.room(room_id, choice)
    found = ground.database.find("insight_presence", [(room.room_key, 0, END_MS)])
    known = ground.users(record[1] for record in found)
    rows = [
        RoomStay(who.user_id, who.nickname, iso(since_ms), iso(until_ms), bool(is_open))
        for _, user_key, since_ms, until_ms, is_open, _ in found
        for who in [known[user_key][0]]
    ]
    rows.sort(key=lambda row: (row.since_at, row.user_id))
    return Stays(
        **msgspec.structs.asdict(room.name), rows=tuple(rows), sure=Sure(purged_before=ground.purged_before(0))
    )
