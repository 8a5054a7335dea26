"""A room's list at one moment, before it is written as JSON."""

import msgspec

from rankcrawler.model.kinds import RANKLIST
from rankcrawler.simulator.amount import score_text
from rankcrawler.simulator.population import Profile


class Row(msgspec.Struct, frozen=True):
    """One contributor's row: `score` and `delta` (the gap to the row above) in coins, `text` the score in words."""

    user: Profile
    rank: int
    score: int
    delta: int
    text: str
    is_hidden: bool


class RankList(msgspec.Struct, frozen=True):
    """A room's list at `now` (ms since 1970), highest score first, and the size of the room's audience."""

    room_id: str
    now: int
    audience: int
    rows: tuple[Row, ...]
    capacity: int = RANKLIST.capacity
    """The most rows that the list can have."""


class Contribution(msgspec.Struct, frozen=True):
    """The coins that one contributor has given so far."""

    user: Profile
    score: int
    is_hidden: bool


def ranked(contributions: list[Contribution], capacity: int) -> tuple[Row, ...]:
    """Return the `capacity` largest contributions as rows 1…n, highest score first."""
    best = sorted(contributions, key=lambda each: (-each.score, each.user.uid))[:capacity]
    above = best[0].score if best else 0
    rows = []
    for rank, each in enumerate(best, 1):
        delta, above = above - each.score, each.score
        rows.append(Row(each.user, rank, each.score, delta, score_text(each.score), each.is_hidden))
    return tuple(rows)
