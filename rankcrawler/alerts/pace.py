"""What fires by pace: a contributor gives faster alone than so many times what is usual in the room."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence

from rankcrawler.alerts import stored
from rankcrawler.alerts.conditions import Pace
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.people import rank_of
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import Scene, counts
from rankcrawler.alerts.steps import Seen
from rankcrawler.alerts.stored import Usual
from rankcrawler.store.days import HOUR_MS

LEAST_MINUTES = 10.0
"""How long a room must have been polled, beside the time that is measured, before anything is usual in it."""


class Window:
    """What the contributors of a room gave of late, for one rule."""

    def __init__(self, within_ms: int) -> None:
        self._within_ms = within_ms
        self._seen: deque[Seen] = deque()
        self._coins: Counter[int] = Counter()
        self._fast: set[int] = set()
        """Contributors who give fast, and for whom it has fired."""

    @property
    def minutes(self) -> float:
        """How long it is."""
        return self._within_ms / 60_000

    @property
    def coins(self) -> int:
        """What all of them gave together."""
        return self._coins.total()

    def add(self, seen: Seen) -> None:
        """Take in a list, and leave out what is too old by then."""
        self._seen.append(seen)
        self._coins.update({key: coins for key, (coins, _) in seen.given.items() if coins})
        while self._seen[0].at_ms <= seen.at_ms - self._within_ms:
            old = self._seen.popleft()
            self._coins.subtract({key: coins for key, (coins, _) in old.given.items() if coins})
        self._coins += Counter()  # without those of whom nothing is left

    def newly_fast(self, least: float) -> list[tuple[int, int]]:
        """Contributors who gave at least so much, and had not at the list before; each with the coins."""
        fast = {key: coins for key, coins in self._coins.items() if coins >= least}
        found = [(key, coins) for key, coins in fast.items() if key not in self._fast]
        self._fast = {*fast}
        return found


def firings(scene: Scene, steps: Sequence[Seen], kept: Kept, window: Window, after_ms: int) -> Iterator[Firing]:
    """What fires at lists after a moment; earlier ones only fill the window."""
    when = kept.rule.when
    assert isinstance(when, Pace)
    usual: dict[int, Usual] = {}
    for seen in steps:
        window.add(seen)
        hour = seen.at_ms // HOUR_MS
        if hour not in usual:
            usual[hour] = stored.usual(scene.ground, scene.room, seen.at_ms)
        pace = _usual_pace(usual[hour], window)
        if pace is None:
            continue
        found = window.newly_fast(max(when.least, when.times * pace * window.minutes))
        if not found or seen.at_ms <= after_ms or not counts(kept, seen.at_ms):
            continue
        people = scene.people(key for key, _ in found)
        for key, coins in found:
            facts = {
                "coins": coins,
                "minutes": window.minutes,
                "pace": round(coins / window.minutes, 1),
                "usual": round(pace, 1),
                "usual_hours": round(usual[hour].minutes / 60, 1),
                "rank": rank_of(seen, key),
            }
            yield scene.fire(
                kept, "pace", seen.at_ms, seen.before_ms, people.get(key), facts=facts, is_least=not _is_exact(seen)
            )


def _usual_pace(usual: Usual, window: Window) -> float | None:
    """Coins a minute without those of the window; None if the room was polled too shortly to say."""
    minutes = usual.minutes - window.minutes
    if minutes < LEAST_MINUTES:
        return None
    return max(usual.coins - window.coins, 0) / minutes


def _is_exact(seen: Seen) -> bool:
    return all(least == most for least, most in seen.given.values())
