"""Times the polls of rooms that are due every two seconds, as the gateway sees them.

`python -m tests.torture.schedule --seconds 60`
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rankcrawler.simulator.clock import wall_clock
from tests.torture.place import place, room_ids

ROOMS = 20
EVERY = 2.0
WORKERS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds between polls of a room."""

    gaps: list[float]
    overlaps: int

    @property
    def median(self) -> float:
        """The usual gap."""
        return median(self.gaps)

    def line(self) -> str:
        """The figures for a person."""
        last = sorted(self.gaps)[int(len(self.gaps) * 0.99)]
        return (
            f"{len(self.gaps)} gaps: median {self.median:.3f} s, 99 % {last:.3f} s, longest {max(self.gaps):.3f} s, "
            f"overlapping requests {self.overlaps}"
        )


async def run(data: Path, seconds: float) -> Result:
    """Have three workers poll 20 rooms; the clock runs from when all three are up."""
    async with place(data, wall_clock, latency=0.05, lease_seconds=5) as site:
        await site.ready(WORKERS)
        await site.push(room_ids(ROOMS), every=EVERY)
        await asyncio.sleep(seconds)
        return Result(site.gateway.gaps(), site.gateway.overlaps())


def main() -> None:
    """Run once, and print what came of it; exit status 1 above the bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = asyncio.run(run(Path(folder) / "data", chosen.seconds))
    sys.stdout.write(result.line() + "\n")
    sys.exit(result.median > EVERY + 0.05 or result.overlaps > 0)


if __name__ == "__main__":
    main()
