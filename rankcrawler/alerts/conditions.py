"""What a rule waits for: a struct for each kind of alert."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_Id = Annotated[str, Meta(min_length=1, max_length=64)]
_Ids = Annotated[tuple[_Id, ...], Meta(max_length=100)]
_SomeIds = Annotated[tuple[_Id, ...], Meta(min_length=1, max_length=100)]
Seconds = Annotated[float, Meta(ge=1, le=2_592_000)]
Coins = Annotated[int, Meta(ge=1, le=2**53)]

When = Literal["begins", "ends", "both"]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all kinds have in common: the name of the kind."""

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return str(type(self).__struct_config__.tag)


class OfRooms(Condition, frozen=True):
    """A kind that is about rooms: about all of them, unless some are named."""

    rooms: _Ids = ()
    """Ids of rooms. A room's id changes with every broadcast."""
    anchors: _Ids = ()
    """Anchors, as in `scrapy anchors` (`uid=98204909466`): every room of theirs."""


class Appears(OfRooms, frozen=True, kw_only=True, tag="appears"):
    """One of some contributors appears in a list."""

    users: _SomeIds
    """The ids of the contributors."""


class FirstPlace(OfRooms, frozen=True, tag="first"):
    """Someone else takes the first place of a rank list."""


class Score(OfRooms, frozen=True, kw_only=True, tag="score"):
    """A contributor's score reaches so many coins."""

    coins: Coins


class Pace(OfRooms, frozen=True, kw_only=True, tag="pace"):
    """A contributor alone gives faster than so many times the room's usual pace."""

    times: Annotated[float, Meta(gt=0, le=1_000_000)] = 5.0
    within: Seconds = 300.0
    """How long the pace of the contributor is measured, in seconds."""
    least: Coins = 1000
    """Coins that the contributor must have given in that time: where nothing is usual, anything is fast."""


class Session(OfRooms, frozen=True, kw_only=True, tag="session"):
    """The session of an anchor who is followed begins or ends."""

    when: When = "both"


class Anonymous(OfRooms, frozen=True, tag="anonymous"):
    """The gateway masks all contributors of a room from now on."""


class Silence(OfRooms, frozen=True, kw_only=True, tag="silence"):
    """No list arrives: of one of the rooms that are named, or of any room at all."""

    after: Seconds = 300.0
    """How long no list has arrived, in seconds."""
    each: bool = False
    """Without names: whether each room that is polled again and again is watched by itself."""


class DeadLetters(Condition, frozen=True, tag="dead"):
    """Rooms become dead letters."""


class Budget(Condition, frozen=True, kw_only=True, tag="budget"):
    """A share of the day's budget is spent; and all of it."""

    share: Annotated[float, Meta(gt=0, le=1)] = 0.8


AnyCondition = Appears | FirstPlace | Score | Pace | Session | Anonymous | Silence | DeadLetters | Budget
KINDS: dict[str, type[AnyCondition]] = {
    "appears": Appears,
    "first": FirstPlace,
    "score": Score,
    "pace": Pace,
    "session": Session,
    "anonymous": Anonymous,
    "silence": Silence,
    "dead": DeadLetters,
    "budget": Budget,
}
"""Every kind, by its name."""
OF_LISTS = (Appears, FirstPlace, Score, Pace)
"""Kinds that follow the lists that count, one after the other."""
OF_QUEUE = (DeadLetters, Budget)
"""Kinds that ask the queue."""
