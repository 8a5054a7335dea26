"""Broadcasts: each takes twelve hours, and the next one follows at once, so a room is always on air.

Every room has its own offset, so rooms do not start together. Each broadcast starts a new list; only then can a
score be lower than before.
"""

import msgspec

from rankcrawler.simulator.chance import mix

BROADCAST_MS = 12 * 3_600_000

_OFFSET_SALT, _END_SALT = 31, 32
_ENDS_FROM_MS = 1_577_836_800_000  # 2020-01-01T00:00Z, in the past for every clock in use


class Broadcast(msgspec.Struct, frozen=True):
    """One broadcast of a room: its number, which increases by one, and its start in ms since 1970."""

    number: int
    start: int


def broadcast_at(seed: int, room_id: str, ms: int) -> Broadcast:
    """Return the broadcast that is on air at `ms` since 1970."""
    offset = mix(seed, int(room_id), _OFFSET_SALT) % BROADCAST_MS
    number = (ms - offset) // BROADCAST_MS
    return Broadcast(number, number * BROADCAST_MS + offset)


def end_of(seed: int, room_id: str) -> int:
    """Return when an ended room went off air, in ms since 1970: a moment in the first half of 2020-01-01."""
    return _ENDS_FROM_MS + mix(seed, int(room_id), _END_SALT) % BROADCAST_MS
