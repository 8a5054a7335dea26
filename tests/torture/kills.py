"""Kills workers with SIGKILL, half of them at random moments and half at named points, and audits what is left.

`python -m tests.torture.kills --kills 200 --rooms 10000`
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from rankcrawler.simulator.clock import frozen
from tests.torture.audit import Audit, audit
from tests.torture.place import Place, place, room_ids
from tests.torture.points import POINTS
from tests.torture.process import Process

NOON = 1_790_000_000_000
PATIENCE = 6.0
"""Seconds after which a worker that does not come to its point is killed where it is."""

_RANDOM = "random"


@dataclass
class Result:
    """A run in figures."""

    audit: Audit
    rooms: int
    requests: int
    overlaps: int
    seconds: float
    kills: Counter[str] = field(default_factory=Counter)
    """By point."""

    def lines(self) -> list[str]:
        """The figures for a person, a line each."""
        return [
            f"rooms {self.rooms}, requests {self.requests}, overlapping {self.overlaps}, {self.seconds:.0f} s",
            f"kills {self.kills.total()}: " + ", ".join(f"{name} {n}" for name, n in sorted(self.kills.items())),
            f"defects: {self.audit.defects() or 'none'}",
        ]


class Killer:
    """Keeps workers running until `kills` of them were killed; every worker is killed once.

    Each worker brings its share of the rooms, so that there is work until the last kill.
    """

    def __init__(
        self, site: Place, rooms: list[str], kills: int, build: str, points: list[str], latest_call: int, seed: int
    ) -> None:
        self.kills: Counter[str] = Counter()
        self._site = site
        self._shares = [rooms[start::kills] for start in range(kills)]
        self._fates = [points[number % len(points)] for number in range(kills)]
        self._build = build
        self._latest_call = latest_call
        self._dice = random.Random(seed)
        self._dice.shuffle(self._fates)

    async def run(self, workers: int) -> None:
        """Kill all that are to be killed, `workers` at a time."""
        await asyncio.gather(*(self._keep_killing() for _ in range(workers)))

    async def _keep_killing(self) -> None:
        while self._fates:
            fate, share = self._fates.pop(), self._shares.pop()
            await self._site.push(share)
            options = ["--build", self._build]
            if fate != _RANDOM:
                options += ["--point", fate, "--call", str(self._dice.randint(1, self._latest_call))]
            worker = await self._site.worker(*options)
            self.kills[await self._kill(worker, fate)] += 1

    async def _kill(self, worker: Process, fate: str) -> str:
        """Where the worker was when it was killed."""
        try:
            told = await asyncio.wait_for(worker.said(), PATIENCE)
        except TimeoutError:
            told = ""
        if told != fate:
            if told == "leasing":
                await asyncio.sleep(self._dice.uniform(0, 0.8))
            fate = _RANDOM
            assert worker.returncode is None, f"a worker ended by itself: {self._site.log()[-2000:]}"
            worker.kill()
        status = await worker.wait()
        assert status == -9, f"exit status {status}: {self._site.log()[-2000:]}"
        return fate


def fates() -> list[str]:
    """Half of the kills at random moments, the others at each named point in turn."""
    return [fate for point in POINTS for fate in (point, _RANDOM)]


async def run(
    data: Path,
    *,
    kills: int,
    rooms: int,
    workers: int = 3,
    build: str = "sound",
    points: list[str] | None = None,
    latest_call: int = 3,
    seed: int = 1,
) -> Result:
    """Kill, let sound workers finish what is left, and audit.

    A worker is killed when it comes to its point for the first time, or the second … or the `latest_call`th.
    """
    began = monotonic()
    ids = room_ids(rooms)
    async with place(data, frozen(NOON), latency=0.02, lease_seconds=1.5) as site:
        killer = Killer(site, ids, kills, build, points or fates(), latest_call, seed)
        await killer.run(workers)
        await site.drain(2, seconds=120)
        found = await audit(data, site.redis, ids)
        gateway = site.gateway
        return Result(found, rooms, gateway.requests, gateway.overlaps(), monotonic() - began, killer.kills)


def main() -> None:
    """Run once, and print what came of it; exit status 1 where anything was lost or stored twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # the server may write its last
        result = asyncio.run(run(Path(folder) / "data", **vars(chosen)))
    sys.stdout.write("\n".join(result.lines()) + "\n")
    sys.exit(bool(result.audit.defects()))


if __name__ == "__main__":
    main()
