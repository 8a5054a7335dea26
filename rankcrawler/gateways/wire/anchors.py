"""Recognises a list of anchors, such as the best of an hour, that comes in place of a room's contributors.

Its rows have the same shape. But each is about an anchor, and names the room where that anchor broadcasts.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from rankcrawler.gateways.wire.schema import Listed

FEWEST = 2
"""Rows. A single contributor may well be an anchor, who broadcasts in a room of their own."""
MOST_WITHOUT = 4
"""One row in so many may name no other room: some anchors have ended their broadcast."""

_LISTS = ("room_ids_str", "room_ids")
_NO_ROOM = ("", "0")


def are_anchors(rows: Sequence[Listed[Any]], room_id: str) -> bool:
    """Whether rows that came for a room are those of anchors, who broadcast in others."""
    left = len(rows) // MOST_WITHOUT
    for row in rows:
        if (row.room_id is UNSET and not row.user.own_rooms) or not _is_about_another(row, room_id):
            left -= 1
            if left < 0:
                return False
    return len(rows) >= FEWEST


def rooms_in(value: Any) -> frozenset[str]:
    """The ids of rooms in a field: a number, a text, or an object that lists them."""
    if value is UNSET:
        return frozenset()
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if value.get(name)), None)
    values = value if isinstance(value, list) else [value]
    return frozenset(str(each) for each in values if isinstance(each, (int, str)) and str(each) not in _NO_ROOM)


def _is_about_another(row: Listed[Any], room_id: str) -> bool:
    rooms: frozenset[str] = rooms_in(row.room_id) or row.user.own_rooms
    return bool(rooms) and room_id not in rooms
