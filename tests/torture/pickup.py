"""How long a room that is pushed with a plain LPUSH waits until a waiting worker has asked the gateway for it.

`python -m tests.torture.pickup --rooms 200`
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

from rankcrawler.simulator.clock import wall_clock
from tests.torture.place import place, room_ids

BOUND = 0.02
INBOX = "ranklist:start_urls"


async def run(data: Path, rooms: int) -> list[float]:
    """Seconds from each push to its request; each comes when nothing else is to be done."""
    dice = random.Random(1)
    async with place(data, wall_clock, latency=0.0, lease_seconds=30) as site:
        await site.ready(1)
        pushed: dict[str, float] = {}
        for room in room_ids(rooms):
            await asyncio.sleep(dice.uniform(0.05, 0.15))
            pushed[room] = monotonic()
            await site.redis.lpush(INBOX, room)
            async with asyncio.timeout(30):
                while not site.gateway.polls[room]:  # noqa: ASYNC110 — the gateway sets no event
                    await asyncio.sleep(0.001)
        return [site.gateway.polls[room][0].came - at for room, at in pushed.items()]


def main() -> None:
    """Run once, and print what came of it; exit status 1 where the median is above the bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rooms", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        delays = sorted(asyncio.run(run(Path(folder) / "data", chosen.rooms)))
    late, longest = delays[int(len(delays) * 0.99)], delays[-1]
    sys.stdout.write(
        f"{len(delays)} rooms: median {1000 * median(delays):.1f} ms, 99 % {1000 * late:.1f} ms, "
        f"longest {1000 * longest:.1f} ms\n"
    )
    sys.exit(median(delays) >= BOUND)


if __name__ == "__main__":
    main()
