"""The kinds of room that the gateway has been seen to answer for."""

from enum import StrEnum

from rankcrawler.simulator.chance import mix

_SALT = 11
_PERCENT_OF_EACH_ODD_KIND = 5


class Kind(StrEnum):
    """What is particular about a room's rank list."""

    ORDINARY = "ordinary"
    ANONYMISED = "anonymised"  # every row is user 111111
    WITHHELD = "withheld"  # every score is 1, every text blank
    EMPTY = "empty"  # nobody has given
    ENDED = "ended"  # the gateway no longer knows the room


_ODD_KINDS = (Kind.ANONYMISED, Kind.WITHHELD, Kind.EMPTY, Kind.ENDED)


def kind_of(seed: int, room_id: str) -> Kind:
    """Return the room's kind: ordinary for 80% of rooms, each other kind for 5%."""
    slot = mix(seed, int(room_id), _SALT) % 100 // _PERCENT_OF_EACH_ODD_KIND
    return _ODD_KINDS[slot] if slot < len(_ODD_KINDS) else Kind.ORDINARY
