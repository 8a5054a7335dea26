"""Freezes a worker before it writes, past its leases, and wakes it when another worker has stored its rooms.

`python -m tests.torture.freeze`
"""

import asyncio
import signal
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rankcrawler.simulator.clock import wall_clock
from tests.torture.audit import Audit, audit
from tests.torture.place import place, room_ids

ROOMS = 20
_STALE = "another worker has leased its room"

History = set[tuple[str, str, int]]
"""Of each poll: its room, its captured_at, and the fence that its room has now."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the frozen worker could do, and what it changed."""

    audit: Audit
    repolled: int
    """Requests beyond one a room: the rooms that the frozen worker had asked for, and another asked for again."""
    stale: int
    """Late snapshots of the woken worker that the store refused."""
    changed: int
    """Polls that were added to the store, or altered there, after it woke."""
    overlaps: int

    def line(self) -> str:
        """The figures for a person."""
        return (
            f"polled again {self.repolled}, late writes refused {self.stale}, changed by them {self.changed}, "
            f"overlapping requests {self.overlaps}, defects: {self.audit.defects() or 'none'}"
        )


async def run(data: Path) -> Result:
    """Freeze one worker at its first write, with every room leased; let another finish; wake the first."""
    rooms = room_ids(ROOMS)
    async with place(data, wall_clock, latency=0.1, lease_seconds=1.5) as site:
        await site.push(rooms)
        frozen = await site.worker("--point", "before_write", "--signal", "SIGSTOP")
        assert await asyncio.wait_for(frozen.said(), 20) == "before_write"
        await site.drain(1, seconds=30)
        before = _history(data)
        frozen.send_signal(signal.SIGCONT)
        await _until_logged(site.data, _STALE)
        frozen.send_signal(signal.SIGTERM)
        await asyncio.wait_for(frozen.wait(), 20)
        return Result(
            audit=await audit(data, site.redis, rooms),
            repolled=site.gateway.requests - ROOMS,
            stale=site.log().count(_STALE),
            changed=len(_history(data) ^ before),
            overlaps=site.gateway.overlaps(),
        )


async def _until_logged(data: Path, words: str) -> None:
    """Wait for words in the workers' log, and for what follows them; without them the figures will say so."""
    for _ in range(100):
        await asyncio.sleep(0.05)
        if words in (data / "workers.log").read_text("utf-8"):
            break
    await asyncio.sleep(0.5)


def _history(data: Path) -> History:
    with closing(sqlite3.connect(data / "ranks.db")) as database:
        rows = database.execute("SELECT room_id, at_ms, fence FROM _polls JOIN _rooms USING (room_key)")
        return set(rows)


def main() -> None:
    """Run once, and print what came of it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = asyncio.run(run(Path(folder) / "data"))
    sys.stdout.write(result.line() + "\n")
    sys.exit(bool(result.audit.defects() or result.changed or result.overlaps or not result.stale))


if __name__ == "__main__":
    main()
