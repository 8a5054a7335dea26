"""How sure an answer is that is about a time: what was not polled, what lists hid, what was purged."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rankcrawler.clock import iso
from rankcrawler.insight.answers import Stretch, Sure
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.store.days import HOUR_MS
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.standing import Standing
from rankcrawler.store.walk import longest_gap


class Looked(NamedTuple):
    """A poll: a record of insight_polls."""

    at_ms: int
    is_answered: int
    standing: int
    row_count: int | None
    total: int | None

    @property
    def counts(self) -> bool:
        """Whether it brought a list that counts."""
        return bool(self.is_answered) and self.standing == Standing.COUNTED


def polls_of(ground: Ground, room: StoredRoom, since_ms: int, until_ms: int) -> list[Looked]:
    """A room's polls from a moment until before another."""
    span = {"since_ms": since_ms, "until_ms": until_ms}
    return [Looked(*each) for each in ground.database.all("insight_polls", room_key=room.room_key, **span)]


def of_room(
    ground: Ground,
    room: StoredRoom,
    polls: Sequence[Looked],
    since_ms: int,
    until_ms: int,
    *,
    is_exact: bool | None = None,
    unseen: float | None = None,
) -> Sure:
    """Of what was looked up in one room; `is_exact` is None if there are no coins in the answer.

    A poll is missing after `since_ms` if the next one that was made is: an answer about the time after a list begins a
    millisecond later.
    """
    span = {"since_ms": since_ms, "until_ms": until_ms}
    [(missed,)] = ground.database.all("insight_missed", room_key=room.room_key, **span)
    return Sure(
        coins=None if is_exact is None else "exact" if is_exact else "at_least",
        unseen=unseen,
        failed=sum(not each.is_answered for each in polls),
        missed=missed,
        left_out=sum(bool(each.is_answered) and not each.counts for each in polls),
        longest_gap=longest_gap([each.at_ms for each in polls if each.counts]),
        withheld=tuple(_stretches(polls)),
        damaged=damage_of(ground),
        purged_before=ground.purged_before(since_ms),
    )


def of_all_rooms(ground: Ground, choice: Choice, since_ms: int, until_ms: int) -> Sure:
    """Of coins in all rooms together: failed polls are those of the hours that the time touches."""
    hours = {"first": since_ms // HOUR_MS, "end": (until_ms - 1) // HOUR_MS + 1}
    [(failed,)] = ground.database.all("insight_failed", **hours, **choice.values())
    purged = ground.purged_before(since_ms)
    return Sure(coins="at_least", failed=failed, damaged=damage_of(ground), purged_before=purged)


def together(parts: Iterable[Sure]) -> Sure:
    """Of an answer about several rooms."""
    sures = [*parts]
    missed = [each.missed for each in sures if each.missed is not None]
    coins = {each.coins for each in sures}
    return Sure(
        coins="at_least" if "at_least" in coins else next(iter(coins), None),
        failed=sum(each.failed or 0 for each in sures),
        missed=sum(missed) if missed else None,
        left_out=sum(each.left_out for each in sures),
        longest_gap=max((each.longest_gap or 0.0 for each in sures), default=None),
        damaged=tuple(dict.fromkeys(each for sure in sures for each in sure.damaged)),
        purged_before=next((each.purged_before for each in sures if each.purged_before), None),
    )


def damage_of(ground: Ground) -> tuple[str, ...]:
    """The lists that were left out since the last time that this was asked: each as a sentence."""
    found = tuple(dict.fromkeys(map(str, ground.damage)))
    ground.damage.clear()
    return found


def _stretches(polls: Sequence[Looked]) -> Iterable[Stretch]:
    """The times in which lists had nothing to say."""
    hidden: list[Looked] = []
    for each in polls:
        if not each.is_answered:
            continue
        if each.standing == Standing.TELLS_NOTHING:
            hidden.append(each)
        elif hidden:
            yield Stretch(iso(hidden[0].at_ms), iso(each.at_ms), len(hidden))
            hidden = []
    if hidden:
        yield Stretch(iso(hidden[0].at_ms), iso(hidden[-1].at_ms), len(hidden))
