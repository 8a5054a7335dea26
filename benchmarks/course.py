"""Measured runs: each in a new process, a new folder and a new database."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import meter, pace
from benchmarks.meter import Command
from benchmarks.servers import Databases
from benchmarks.serving import FIRST_ROOM, Gateway
from benchmarks.work import Contestant, Work

ALMOST = 0.95


@dataclass(frozen=True)
class Course:
    """What all runs share: the gateway, rows per list, the timeout in seconds, the database server.

    `moving` says whether the gateway is.
    """

    gateway: Gateway
    entries: int
    timeout: float
    databases: Databases | None = None
    moving: bool = False

    def run(
        self,
        contestant: Contestant,
        rooms: int,
        prepared: Callable[[Command], Command] = lambda command: command,
        *,
        times: int = 1,
    ) -> pace.Run:
        """Poll `rooms` rooms, `times` times each, with the contestant's command, after `prepared` has changed it.

        Raises RunError unless the contestant stores exactly the expected rows. One whose rooms recur until it has seen
        so many lists may see some rooms' last list again, which adds no rows, and drops what it asks for as it ends.
        """
        names = [str(FIRST_ROOM + number) for number in range(rooms)]
        if self.moving:
            self.gateway.turn()
        with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
            work = Work(self.gateway, names, self.entries, Path(folder), self._database(contestant), times)
            cost, before = meter.Cost(), self._others()
            with meter.cpu_of_children(cost), contestant.prepare(work) as command:
                meter.run(prepared(command), work.folder / "log", self.timeout, cost)
            gateway, database = (after - first for after, first in zip(self._others(), before, strict=True))
            stored = contestant.stored(work)
        fewest = round(work.rows * ALMOST) if times > 1 and contestant.is_recurring else work.rows
        if not fewest <= stored <= work.rows:
            raise meter.RunError(f"{contestant.name}: expected {work.rows} rows, stored {stored}")
        return pace.Run(contestant.name, rooms, stored, cost.wall, cost.worker_cpu, cost.cpu + database, gateway)

    def _database(self, contestant: Contestant) -> str:
        if not contestant.in_postgresql:
            return ""
        assert self.databases is not None
        return self.databases.create()

    def _others(self) -> tuple[float, float]:
        """Return the CPU seconds so far of the gateway and of PostgreSQL."""
        return self.gateway.cpu, 0.0 if self.databases is None else self.databases.cpu
