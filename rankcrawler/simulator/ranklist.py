"""A rank list as the simulated gateway shows it at one moment."""

import msgspec

from rankcrawler.simulator.amount import score_text
from rankcrawler.simulator.population import Profile

LONGEST = 100


class Row(msgspec.Struct, frozen=True):
    """A contributor's place: `score` and `delta` (to the place above) in coins, `text` the score in words."""

    user: Profile
    rank: int
    score: int
    delta: int
    text: str
    is_hidden: bool


class RankList(msgspec.Struct, frozen=True):
    """A room's list at `now` (ms since 1970), best first, with the size of its audience."""

    room_id: str
    now: int
    audience: int
    rows: tuple[Row, ...]


class Giving(msgspec.Struct, frozen=True):
    """What one user has given so far, in coins."""

    user: Profile
    score: int
    is_hidden: bool


def ranked(givings: list[Giving]) -> tuple[Row, ...]:
    """Return rows 1…n of what was given, most first."""
    best = sorted(givings, key=lambda giving: (-giving.score, giving.user.uid))[:LONGEST]
    above = best[0].score if best else 0
    rows = []
    for rank, giving in enumerate(best, 1):
        delta, above = above - giving.score, giving.score
        rows.append(Row(giving.user, rank, giving.score, delta, score_text(giving.score), giving.is_hidden))
    return tuple(rows)
