"""A room's lists that count, one after the other, as rules see them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rankcrawler.alerts.stored import RoomNow
from rankcrawler.insight.ground import Ground
from rankcrawler.store import gains
from rankcrawler.store.shown import Scored, Scores
from rankcrawler.store.tally import Given
from rankcrawler.store.walk import Walk


class Seen(NamedTuple):
    """A list that counts, next to the one before it."""

    at_ms: int
    before_ms: int | None
    """The list before; None for a room's first list, which may have been like that for long."""
    rows: Sequence[Scored]
    """In the order of the list."""
    rows_before: Sequence[Scored]
    marks: Scores
    """The highest score of each contributor in the list."""
    entered: Sequence[int]
    """Contributors who were not in the list before."""
    given: Mapping[int, Given]
    """What each contributor gave since then."""


def steps(ground: Ground, room: RoomNow, since_ms: int, until_ms: int) -> list[Seen]:
    """The lists after a moment, until another; from -1 on, also the room's first list."""
    begin = gains.beginning(ground.database, room.stored, (since_ms, until_ms), ground.damage)
    if begin is None:
        return []
    walk = Walk(ground.database, room.stored, begin, until_ms)
    ground.damage += walk.damage
    return [*_steps(walk, begin.at_ms, is_first=begin.captured_ms > since_ms and not begin.opens)]


def _steps(walk: Walk, begin_ms: int, *, is_first: bool) -> Iterator[Seen]:
    shown = walk.first.shown
    if is_first:
        yield Seen(begin_ms, None, shown.rows, (), walk.first.marks, [*shown.scores], {})
    before_ms = begin_ms
    for step in walk.steps:
        rows_before, shown = shown.rows, step.after.shown
        entered = [*step.found.entered]
        yield Seen(step.at_ms, before_ms, shown.rows, rows_before, step.after.marks, entered, step.given)
        before_ms = step.at_ms


def leader(rows: Sequence[Scored]) -> Scored | None:
    """Whose the first row is, None if the gateway masks it, and the score; None for an empty list."""
    return rows[0] if rows else None
