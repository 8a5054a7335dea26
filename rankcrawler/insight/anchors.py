"""The anchors that are followed, each with the latest session."""

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored


class AnchorRow(msgspec.Struct, frozen=True):
    """An anchor, as the latest session has it."""

    source: str
    anchor: str
    """As in `scrapy anchors`: `uid=98204909466`."""
    nickname: str | None
    """What the anchor was called."""
    title: str | None
    """What the session was called."""
    room_id: str
    begun_at: str
    ended_at: str | None
    """None while it is on."""


class RoomAnchor(msgspec.Struct, frozen=True):
    """Who is followed and was found live in a room, latest."""

    source: str
    room_id: str
    anchor: str
    title: str | None
    nickname: str | None


class Anchors(Answer, frozen=True, kw_only=True):
    """Anchors of whom a session is known: those who are live first, and then those who were live latest."""

    live: int
    """How many are live, listed or not."""
    rows: tuple[AnchorRow, ...]


def anchors(ground: Ground, source: str | None, limit: int) -> Anchors:
    """The first `limit` anchors."""
    of = {"source": encoded(source or "")}
    [(live,)] = ground.database.all("insight_live_anchors", **of)
    found = map(restored, ground.database.all("insight_anchors", **of, limit=limit))
    rows = tuple(
        AnchorRow(source_, anchor, nickname, title, room_id, iso(begun), None if ended is None else iso(ended))
        for source_, anchor, nickname, title, room_id, begun, ended in found
    )
    return Anchors(live=int(live), rows=rows)


def of_rooms(ground: Ground, choice: Choice) -> tuple[RoomAnchor, ...]:
    """The anchors of all rooms in which one was found live."""
    found = map(restored, ground.database.all("insight_room_anchors", **choice.values()))
    latest = {(source, room_id): (anchor, title, nickname) for source, room_id, anchor, title, nickname in found}
    return tuple(RoomAnchor(*name, *whose) for name, whose in latest.items())
