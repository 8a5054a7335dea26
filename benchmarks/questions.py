"""The questions that people ask of a store with many rows, each as the commands, pages and notebooks ask it."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rankcrawler.insight.opening import opened
from rankcrawler.insight.questions import Questions

QUICK, OF_A_DAY = 50, 300
"""Milliseconds: the bound of most questions, and of those that read every list of a day."""


@dataclass(frozen=True)
class Filled:
    """What there is in a store to ask about."""

    where: str
    rooms: Sequence[str]
    polled_each_minute: Sequence[str]
    users: Sequence[str]
    since_ms: int
    """The first poll."""
    now_ms: int
    """A minute after the last one."""
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def room(self) -> str:
        """Any room."""
        return self.dice.choice(self.rooms)

    def busy(self) -> str:
        """A room that was polled each minute of a day."""
        return self.dice.choice(self.polled_each_minute)

    def moment(self) -> datetime:
        """A time at which a busy room had a list."""
        return datetime.fromtimestamp(self.dice.randrange(self.since_ms + 1000, self.now_ms) / 1000, UTC)

    def whole_hours(self) -> tuple[datetime, datetime]:
        """All hours that have ended."""
        first, end = (moment_ms // 3_600_000 * 3600 for moment_ms in (self.since_ms, self.now_ms))
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(end, UTC)

    def user(self) -> str:
        """A contributor."""
        return self.dice.choice(self.users)


Ask = Callable[[Questions, Filled], object]

ASKS: dict[str, tuple[int | None, Ask]] = {
    "latest": (QUICK, lambda ask, of: ask.latest(of.room())),
    "latest, against five minutes ago": (QUICK, lambda ask, of: ask.latest(of.busy(), vs="5min")),
    "at": (QUICK, lambda ask, of: ask.at(of.busy(), of.moment())),
    "course, an hour": (QUICK, lambda ask, of: ask.course(of.busy(), "1h")),
    "course, a day by five minutes": (OF_A_DAY, lambda ask, of: ask.course(of.busy(), every="5min")),
    "gains, an hour": (QUICK, lambda ask, of: ask.gains(of.busy(), "1h")),
    "gains, a day": (OF_A_DAY, lambda ask, of: ask.gains(of.busy(), "1d")),
    "top, whole hours of all rooms": (OF_A_DAY, lambda ask, of: ask.top(*of.whole_hours())),
    "top, parts of hours of all rooms": (None, lambda ask, _: ask.top("1d", "30min")),
    "top, an hour of one room": (QUICK, lambda ask, of: ask.top("1h", rooms=[of.busy()])),
    "regulars": (OF_A_DAY, lambda ask, _: ask.regulars()),
    "contributor": (QUICK, lambda ask, of: ask.contributor(of.user())),
    "search": (QUICK, lambda ask, of: ask.search(of.user()[:12])),
    "shared, two rooms": (OF_A_DAY, lambda ask, of: ask.shared(of.room(), of.room(), since="1d")),
    "shared, three of all rooms": (None, lambda ask, _: ask.shared(least=3, since="1d")),
    "compare, two rooms": (OF_A_DAY, lambda ask, of: ask.compare(of.busy(), of.busy())),
    "rooms": (QUICK, lambda ask, _: ask.rooms()),
    "coverage, one room": (QUICK, lambda ask, of: ask.coverage(of.busy(), "1d")),
    "coverage, all rooms": (None, lambda ask, _: ask.coverage(since="1d")),
    "failures": (QUICK, lambda ask, _: ask.failures(since="1d")),
}
"""Each question with its bound in milliseconds; None if it reads in proportion to all polls or lists of a day."""
BOUNDS = {name: bound for name, (bound, _) in ASKS.items()}


def asked(filled: Filled, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each question takes, each time about other rooms or contributors; the first of them is cold."""
    with opened(filled.where, UTC, lambda: filled.now_ms) as questions:
        return {name: [_milliseconds(ask, questions, filled) for _ in range(rounds)] for name, (_, ask) in ASKS.items()}


def _milliseconds(ask: Ask, questions: Questions, filled: Filled) -> float:
    began = time.perf_counter()
    ask(questions, filled)
    return 1000 * (time.perf_counter() - began)
