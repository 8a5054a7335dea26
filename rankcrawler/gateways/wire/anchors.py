"""Recognises a list of anchors, such as the best of an hour, that comes in place of a room's contributors.

Its rows have the same shape. But each is about an anchor, and names the room where that anchor broadcasts.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from rankcrawler.gateways.wire.contributor import Contributor
from rankcrawler.gateways.wire.schema import Listed

FEWEST = 2
"""Rows. A single contributor may well be an anchor, who broadcasts in a room of their own."""
MOST_WITHOUT = 4
"""One row in so many may name no room: some anchors have ended their broadcast."""

_LISTS = ("room_ids_str", "room_ids")
_NO_ROOM = ("", "0")


def are_anchors(rows: Sequence[Listed[Contributor]]) -> bool:
    """Whether rows name rooms, most of them one that no other names."""
    left = len(rows) // MOST_WITHOUT
    for row in rows:
        if row.user.own_room is UNSET and row.room_id is UNSET:
            if not left:
                return False
            left -= 1
    rooms = {room for row in rows if (room := _room_in(row.room_id) or _room_in(row.user.own_room)) is not None}
    return len(rows) >= FEWEST and len(rooms) >= len(rows) - len(rows) // MOST_WITHOUT


def _room_in(value: Any) -> str | None:
    """The first id of a room in a field: a number, a text, or an object that lists them."""
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if value.get(name)), None)
    if isinstance(value, list):
        value = next(iter(value), None)
    return str(value) if isinstance(value, (int, str)) and str(value) not in _NO_ROOM else None
