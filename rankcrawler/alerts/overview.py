"""The few figures that differ once something has happened that people see of alerts: found without reading history."""

from typing import NamedTuple

from rankcrawler.alerts import book
from rankcrawler.alerts.book import LoopSeen
from rankcrawler.alerts.statefile import StateFile


class Rules(NamedTuple):
    """The rules, as far as people change them."""

    keys: tuple[str, ...]
    muted_until_ms: tuple[int | None, ...]


class Overview(NamedTuple):
    """What stands in the state file; how far it was read in the store is not in it."""

    rules: Rules = Rules((), ())
    last_firing: int = 0
    """The number of the latest firing; 0 before the first."""
    fired_ms: int | None = None
    """When it was written down."""
    last_message: int = 0
    waiting: int = 0
    """Messages that are to be delivered."""
    attempts: int = 0
    """How often these were tried."""
    loop: LoopSeen | None = None

    def muted(self, now_ms: int) -> int:
        """How many rules are muted."""
        return sum(until_ms is not None and until_ms > now_ms for until_ms in self.rules.muted_until_ms)

    def is_running(self, now_ms: int) -> bool:
        """Whether a process looks and delivers."""
        return self.loop is not None and self.loop.is_alive(now_ms)

    def differing(self, now_ms: int) -> tuple[object, ...]:
        """What differs once people see something else: not each sign of life of the process, but its end."""
        is_running = self.is_running(now_ms)
        loop = (self.loop.pid, self.loop.trouble, self.loop.targets) if self.loop is not None else None
        return (self.muted(now_ms), is_running, loop, *self[: Overview._fields.index("loop")])


def overview(file: StateFile) -> Overview:
    """What stands in the state file; raises AlertError."""
    found = file.all("overview_of_rules")
    rules = Rules(tuple(key for key, _ in found), tuple(until_ms for _, until_ms in found))
    [(last_firing, fired_ms, last_message, waiting, attempts)] = file.all("overview")
    return Overview(rules, last_firing, fired_ms, last_message, waiting, attempts, book.loop(file))
