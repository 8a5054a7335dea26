"""What fires by the queue: rooms that become dead letters, and a budget that is spent."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import NamedTuple

import msgspec

from rankcrawler.alerts.conditions import Budget, DeadLetters
from rankcrawler.alerts.firing import Event, Fact, Firing, identified
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import counts
from rankcrawler.errors import QueueError, RankcrawlerError
from rankcrawler.language import tr
from rankcrawler.model.kinds import KINDS, RANKLIST
from rankcrawler.options import Options
from rankcrawler.queue import roster, status
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import Room

PATIENCE = 5.0
"""Seconds that a look at the queue may take."""
MOST = 10_000
"""Dead letters that one look takes in; the next one takes in more."""
_TOLD = 3
"""Dead letters of which a message tells the reason."""


class QueueSeen(NamedTuple):
    """What a look at the queue has found."""

    dead: dict[str, list[Room]]
    """Dead letters since the look before, by kind of list."""
    budget: int | None
    """Calls a day; None without a budget."""
    spent: int
    day_ends_ms: int | None


class DeadSeen(msgspec.Struct, frozen=True):
    """Which dead letters are known: those that died before a moment, and some that died in it."""

    at_ms: int
    names: tuple[str, ...] = ()


class Queues:
    """The queue of each kind of list, open from the first look on, and again after a fault."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stack = AsyncExitStack()
        self._open: dict[str, RoomQueue] = {}

    async def look(self, known: Mapping[str, DeadSeen]) -> QueueSeen:
        """What the queue says now, given what is known of dead letters by kind of list; raises QueueError."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._look(known)
        except (*FAULTS, TimeoutError) as error:
            await self.close()
            reason = str(error) or tr("no answer within {seconds:g} s", seconds=PATIENCE)
            raise QueueError(tr("the queue does not answer as expected: {error}", error=reason)) from None
        except RankcrawlerError:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the queues."""
        stack, self._stack = self._stack, AsyncExitStack()
        self._open.clear()
        with suppress(*FAULTS):  # of a connection that is lost
            await stack.aclose()

    async def _look(self, known: Mapping[str, DeadSeen]) -> QueueSeen:
        for kind in KINDS:
            if kind not in self._open:
                opened = await self._stack.enter_async_context(open_queue(self._options, kind, create=False))
                self._open[kind] = opened.queue
        dead = {kind: await roster.dead_since(self._open[kind], known[kind].at_ms, MOST) for kind in KINDS}
        now = await status.status(self._open[RANKLIST.name])
        return QueueSeen(dead, now.budget, now.spent, now.day_ends)


def known_dead(known: Mapping[str, str], rules: Iterable[Kept]) -> dict[str, DeadSeen]:
    """Which dead letters are known, by kind of list; before the first look, all until the first rule was made."""
    since_ms = min((each.rule.made_ms for each in rules if isinstance(each.rule.when, DeadLetters)), default=0)
    found = {kind: known.get(f"dead:{kind}") for kind in KINDS}
    return {
        kind: DeadSeen(since_ms) if value is None else msgspec.json.decode(value, type=DeadSeen)
        for kind, value in found.items()
    }


def firings(
    seen: QueueSeen, known: Mapping[str, DeadSeen], rules: Sequence[Kept], now_ms: int
) -> tuple[list[Firing], dict[str, str]]:
    """What fires by a look, and what is known of dead letters after it."""
    found: list[Firing] = []
    learnt: dict[str, str] = {}
    for kind, dead in seen.dead.items():
        new = [each for each in dead if each.room_id not in known[kind].names]
        for kept in rules:
            if isinstance(kept.rule.when, DeadLetters):
                found += _dead(kept, kind, [each for each in new if counts(kept, each.died or 0)])
        if new:
            last_ms = max(each.died or 0 for each in new)
            names = tuple(each.room_id for each in dead if each.died == last_ms)
            learnt[f"dead:{kind}"] = msgspec.json.encode(DeadSeen(last_ms, names)).decode()
    for kept in rules:
        if isinstance(kept.rule.when, Budget):
            found += _budget(kept, kept.rule.when, seen, now_ms)
    return found, learnt


def _dead(kept: Kept, kind: str, dead: Sequence[Room]) -> Iterator[Firing]:
    if not dead:
        return
    facts: dict[str, Fact] = {"rooms": len(dead), "kind": kind}
    for number, each in enumerate(dead[:_TOLD], start=1):
        facts |= {f"room_{number}": each.room_id, f"reason_{number}": each.reason}
    names = (f"{each.room_id}@{each.died}" for each in dead)
    yield _firing(kept, "dead", max(each.died or 0 for each in dead), f"dead {kind}", facts, *names)


def _budget(kept: Kept, when: Budget, seen: QueueSeen, now_ms: int) -> Iterator[Firing]:
    """At most one for each of the two shares and day."""
    if seen.budget is None or not seen.day_ends_ms:
        return
    facts: dict[str, Fact] = {"spent": seen.spent, "budget": seen.budget, "day_ends_ms": seen.day_ends_ms}
    if seen.spent >= seen.budget:
        yield _firing(kept, "spent", now_ms, f"spent {seen.day_ends_ms}", facts, seen.day_ends_ms)
    elif seen.spent >= when.share * seen.budget:
        yield _firing(kept, "budget", now_ms, f"budget {seen.day_ends_ms}", facts, seen.day_ends_ms)


def _firing(kept: Kept, event: Event, at_ms: int, subject: str, facts: dict[str, Fact], *parts: object) -> Firing:
    rule = kept.rule
    return Firing(identified(rule.key, event, *parts), rule.key, rule.name, event, at_ms, subject=subject, facts=facts)
