"""Follows many anchors with one worker, and measures the calls that it takes, and how soon a broadcast has a list.

`python -m tests.torture.following --anchors 1000 --check-every 60 --minutes 3`
"""

import argparse
import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from redis.asyncio import Redis

from rankcrawler.clock import ms
from rankcrawler.model.anchors import Anchor
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.embedded import join
from rankcrawler.simulator.airtime import Airtime
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.server import Gateway, serve
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests.torture.sessions import FIRST_ANCHOR

USUAL = Airtime()
"""Broadcasts of three hours, and pauses of five, as people make them: for the number of calls."""
OFTEN = Airtime(live=600_000, pause=600_000, drop_out=5_000, lingers=5_000)
"""So that there are beginnings to measure."""
EVERY = 600.0
"""Seconds between two polls of a room."""
MOST_CALLS = 1.1
"""Calls for each batch in an interval, at most."""
_PER_CALL = 10
_OURS = ("GATEWAY_", "REDIS_", "STORE_URL", "DATA_DIR", "ROOM_", "SCRAPY_")


@dataclass(frozen=True, slots=True)
class Result:
    """What following takes."""

    calls: float
    """Discovery calls in an interval, of every kind."""
    delays: list[float]
    """Seconds from a broadcast's beginning to the poll that brought the first list of its room."""

    def lines(self) -> list[str]:
        """The figures for a person, a line each."""
        usual, last = median(self.delays), sorted(self.delays)[int(len(self.delays) * 0.95)]
        return [
            f"calls in an interval: {self.calls:.1f}",
            f"{len(self.delays)} beginnings, first list after {usual:.1f} s in the median, 95 % {last:.1f} s",
        ]


async def run(data: Path, anchors: int, check_every: float, seconds: float, seed: int = 1) -> Result:
    """Measure for so many seconds each, once looks have spread over their interval."""
    uids = [FIRST_ANCHOR + number for number in range(anchors)]
    async with _followed(data / "usual", World(seed, airtime=USUAL), uids, check_every) as gateway:
        before = gateway.ledger.looks.total()
        await asyncio.sleep(seconds)
        calls = (gateway.ledger.looks.total() - before) / (seconds / check_every)
    world = World(seed, airtime=OFTEN)
    async with _followed(data / "often", world, uids, check_every):
        since = wall_clock()
        await asyncio.sleep(seconds + check_every)
        until = wall_clock() - int(check_every * 1000) - 2_000
    return Result(calls, _delays(data / "often", world, uids, since, until))


@asynccontextmanager
async def _followed(data: Path, world: World, uids: list[int], check_every: float) -> AsyncIterator[Gateway]:
    """A gateway whose anchors a worker follows, and has followed for an interval and a half."""
    await asyncio.to_thread(data.mkdir, parents=True)
    server = await asyncio.to_thread(join, data)
    redis = Redis.from_url(server.url)
    try:
        async with serve(world) as gateway:
            queue = AnchorQueue(redis, "ranklist:anchors")
            schedule = Schedule(EVERY)
            await queue.add(AnchorJob(Anchor("uid", str(uid)), check_every, schedule) for uid in uids)
            clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
            ours = {"DATA_DIR": str(data), "GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": gateway.token}
            command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist", "-L", "ERROR"]
            worker = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, env=clean | ours)
            while (await queue.looks()).unknown:
                assert worker.returncode is None
                await asyncio.sleep(0.2)
            await asyncio.sleep(1.5 * check_every)
            yield gateway
            worker.terminate()
            await worker.wait()
    finally:
        await redis.aclose()
        server.close()


def _delays(data: Path, world: World, uids: list[int], since: int, until: int) -> list[float]:
    """Of every session that began in that time; one without a list counts as later than all."""
    began = {
        each.room_id: each.begin
        for uid in uids
        for each in world.airtime.sessions(world.seed, uid, since, until)
        if since <= each.begin < until
    }
    delays = []
    with closing(locate.open_records(f"sqlite:///{data}/ranks.db")) as store:
        for room_id, begin in began.items():
            polls = store.polls(room_id, "1970-01-01", "2100-01-01")
            first = min((ms(poll.polled_at) for poll in polls if poll.outcome != "failed"), default=None)
            delays.append(float("inf") if first is None else (first - begin) / 1000)
    return delays


def main() -> None:
    """Run once, and print what came of it; exit status 1 above a bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--anchors", type=int, default=1000)
    parser.add_argument("--check-every", type=float, default=60.0)
    parser.add_argument("--minutes", type=float, default=3.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = asyncio.run(run(Path(folder), chosen.anchors, chosen.check_every, 60 * chosen.minutes))
    sys.stdout.write("\n".join(found.lines()) + "\n")
    most = MOST_CALLS * chosen.anchors / _PER_CALL
    sys.exit(found.calls > most or median(found.delays) > chosen.check_every / 2 + 2)


if __name__ == "__main__":
    main()
