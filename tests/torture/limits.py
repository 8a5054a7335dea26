"""Four workers under the fleet's limits: of rooms in flight, and of the rate of leases.

`python -m tests.torture.limits --seconds 20`
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rankcrawler.simulator.clock import wall_clock
from tests.torture.place import Place, place, room_ids

WORKERS = 4
ROOMS = 500
EVERY = 1.0
"""All rooms come due ten times as often as the rate allows."""
MAX_INFLIGHT = 10
RATE = 50.0


@dataclass(frozen=True, slots=True)
class Result:
    """The figures under each limit."""

    most_leased: int
    """The most rooms leased at a time, sampled every 2 ms."""
    most_asked: int
    """The most requests that the gateway was answering at a time."""
    polled: int
    """Requests under the limit of rooms in flight."""
    rate: float
    """Requests a second under the limit of the rate."""

    def line(self) -> str:
        """The figures for a person."""
        return (
            f"at most {self.most_leased} leased and {self.most_asked} asked for at once, of {MAX_INFLIGHT} allowed, "
            f"in {self.polled} polls; {self.rate:.2f} polls/s of {RATE:g}"
        )


async def run(data: Path, seconds: float) -> Result:
    """Let four workers poll rooms that are always due, for that many seconds under each limit."""
    async with place(data, wall_clock, latency=0.05, lease_seconds=30) as site:
        await site.queue.control.set_max_inflight(MAX_INFLIGHT)
        await site.ready(WORKERS)
        await site.push(room_ids(ROOMS), every=EVERY)
        most = await _most_leased(site, seconds)
        polled = site.gateway.requests
        await site.queue.control.set_rate(RATE)
        await site.queue.control.set_max_inflight(None)
        return Result(most, site.gateway.most_at_once, polled, await _rate(site, seconds))


async def _most_leased(site: Place, seconds: float) -> int:
    most, end = 0, monotonic() + seconds
    while monotonic() < end:
        most = max(most, (await site.queue.depth()).leased)
        await asyncio.sleep(0.002)
    return most


async def _rate(site: Place, seconds: float) -> float:
    """Requests a second, measured once rooms in flight and saved-up permits are used up."""
    await asyncio.sleep(1)
    began, before = monotonic(), site.gateway.requests
    await asyncio.sleep(seconds)
    return (site.gateway.requests - before) / (monotonic() - began)


def main() -> None:
    """Run once, and print what came of it; exit status 1 where a limit did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="under each limit")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = asyncio.run(run(Path(folder) / "data", chosen.seconds))
    sys.stdout.write(result.line() + "\n")
    is_held = max(result.most_leased, result.most_asked) <= MAX_INFLIGHT and abs(result.rate / RATE - 1) <= 0.05
    sys.exit(not is_held)


if __name__ == "__main__":
    main()
