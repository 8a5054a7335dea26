"""Kills workers with SIGKILL while anchors begin and end their broadcasts, and audits the sessions in the store.

One worker is left alone, so that the fleet keeps up whatever dies: what is looked for are sessions that a kill loses,
and not those for which no worker was there.

`python -m tests.torture.sessions --kills 200 --sessions 500`
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic

from redis.asyncio import Redis

from rankcrawler.clock import ms
from rankcrawler.queue import anchor_job, roster
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.embedded import join
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.simulator.airtime import Airtime, Session
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.server import Gateway, serve
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from rankcrawler.store.answers import Session as Kept
from tests.torture.points import SESSION_POINTS
from tests.torture.process import Process

FIRST_ANCHOR = 98_000_000_000
LEASE_SECONDS = 1.0
PATIENCE = 6.0
"""Seconds after which a worker that does not come to its point is killed where it is."""
_RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long simulated broadcasts take, and what takes how long."""

    airtime: Airtime
    check_every: float
    """Seconds between two looks at an anchor."""
    every: float
    """Seconds between two polls of a room."""
    long_ms: int
    """A session that was on for so long must have been found, whatever died meanwhile."""
    settled_ms: int
    """So long after its end, a session must have ended in the store, and its room be retired."""


FULL = Pace(Airtime(live=30_000, pause=10_000, drop_out=500, lingers=500), 1.0, 5.0, long_ms=12_000, settled_ms=20_000)
"""The one worker that lives looks at sixty anchors a second, and polls those that are live, while others die."""
QUICK = Pace(Airtime(live=12_000, pause=6_000, drop_out=500, lingers=500), 0.3, 0.5, long_ms=4_000, settled_ms=5_000)
"""For few kills."""


@dataclass(frozen=True, slots=True)
class Defects:
    """Counts of what must not be; all are 0 after a sound run."""

    missed: int
    """Sessions that were on for long, and that the store does not know."""
    invented: int
    """Sessions in the store that never were."""
    twice: int
    left_open: int
    """Sessions that have ended, and go on in the store."""
    ended_early: int
    """Sessions that go on, and have ended in the store."""
    without_list: int
    """Sessions that were on for long, and of whose room there is no list."""
    rooms_left: int
    """Rooms of sessions that have ended, and that are still polled."""

    def found(self) -> dict[str, int]:
        """The counts that are not 0, by name."""
        return {name: count for name, count in asdict(self).items() if count}


@dataclass
class Result:
    """A run in figures."""

    defects: Defects
    sessions: int
    """Sessions that began, or ended, while workers were killed."""
    starts_and_ends: int
    delay: float
    """Seconds from the beginning of a session to its first poll, in the median."""
    seconds: float
    kills: Counter[str] = field(default_factory=Counter)
    """By point."""

    def lines(self) -> list[str]:
        """The figures for a person, a line each."""
        return [
            f"sessions {self.sessions}, starts and ends {self.starts_and_ends}, {self.seconds:.0f} s",
            f"first list {self.delay:.2f} s after the beginning, in the median",
            f"kills {self.kills.total()}: " + ", ".join(f"{name} {n}" for name, n in sorted(self.kills.items())),
            f"defects: {self.defects.found() or 'none'}",
        ]


class Crew:
    """Keeps workers running. Each is killed, until so many were; those that follow are left alone."""

    def __init__(self, data: Path, gateway: Gateway, kills: int, seed: int) -> None:
        self.kills: Counter[str] = Counter()
        self._data = data
        self._gateway = gateway
        points = [fate for point in SESSION_POINTS for fate in (point, _RANDOM)]
        self._fates = [points[number % len(points)] for number in range(kills)]
        self._dice = random.Random(seed)
        self._dice.shuffle(self._fates)
        self._running: list[Process] = []

    async def run(self, workers: int) -> None:
        """Kill all that are to be killed, `workers` at a time."""
        await asyncio.gather(*(self._keep_killing() for _ in range(workers)))

    async def undisturbed(self, workers: int) -> None:
        """Start workers that go on until close(); returns when all have begun."""
        for worker in [await self._worker() for _ in range(workers)]:
            assert await worker.said() == "leasing", self.log()[-2000:]

    async def close(self) -> None:
        """End every worker, those that run by SIGTERM."""
        for worker in self._running:
            worker.terminate()
        for worker in self._running:
            await worker.wait()

    async def _keep_killing(self) -> None:
        while self._fates:
            fate = self._fates.pop()
            options = [] if fate == _RANDOM else ["--point", fate, "--call", str(self._dice.randint(1, 2))]
            worker = await self._worker(*options)
            try:
                told = await asyncio.wait_for(worker.said(), PATIENCE)
            except TimeoutError:
                told = ""
            if told != fate:
                if told == "leasing":
                    await asyncio.sleep(self._dice.uniform(0.2, 2.0))
                fate = _RANDOM
                assert worker.returncode is None, f"a worker ended by itself: {self.log()[-2000:]}"
                worker.kill()
            assert await worker.wait() == -9, self.log()[-2000:]
            self._running.remove(worker)
            self.kills[fate] += 1

    def log(self) -> str:
        """The log of all workers."""
        return (self._data / "workers.log").read_text("utf-8")

    async def _worker(self, *options: str) -> Process:
        words = [*options, "--", "crawl", "ranklist", "-L", "WARNING"]
        env = {
            "DATA_DIR": str(self._data),
            "GATEWAY_URL": self._gateway.url,
            "GATEWAY_TOKEN": self._gateway.token,
            "LEASE_SECONDS": f"{LEASE_SECONDS:g}",
            "ROOM_ATTEMPTS": "1000",
            "ROOM_BACKOFF": "0.05",
        }
        worker = await asyncio.to_thread(Process, self._data, words, env)
        self._running.append(worker)
        return worker


async def run(
    data: Path, *, kills: int, sessions: int, anchors: int = 60, workers: int = 3, seed: int = 1, pace: Pace = FULL
) -> Result:
    """Kill all `workers` but one until so many were, and so many sessions have been on; let two finish, and audit."""
    began, world = monotonic(), World(seed, airtime=pace.airtime)
    uids = [FIRST_ANCHOR + number for number in range(anchors)]
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    server = await asyncio.to_thread(join, data)
    redis = Redis.from_url(server.url)
    try:
        async with serve(world) as gateway:
            queue = AnchorQueue(redis, "ranklist:anchors")
            text = '{{"uid": {}, "check_every": {}, "every": {}}}'
            await queue.add([anchor_job.parse(text.format(uid, pace.check_every, pace.every)) for uid in uids])
            crew = Crew(data, gateway, kills, seed)
            await crew.undisturbed(1)
            since = wall_clock()
            await crew.run(workers - 1)
            await crew.undisturbed(1)
            while len(_truth(world, uids, since, wall_clock())) < sessions:  # noqa: ASYNC110 — a clock sets no event
                await asyncio.sleep(0.5)
            await asyncio.sleep(pace.settled_ms / 1000 + 2)
            until = wall_clock()
            await crew.close()
            truth = _truth(world, uids, since, until)
            found, delay = audit(data, truth, await _polled(RoomQueue(redis)), since, until, pace)
            edges = sum((each.begin > since) + (each.end < until) for each in truth.values())
            return Result(found, len(truth), edges, delay, monotonic() - began, crew.kills)
    finally:
        await redis.aclose()
        server.close()


async def _polled(queue: RoomQueue) -> set[str]:
    """The rooms that are polled again and again."""
    found = set()
    for state in ("ready", "scheduled"):
        found |= {room.room_id async for room in roster.rooms(queue, state)}
    return found


def _truth(world: World, uids: list[int], since: int, until: int) -> dict[str, Session]:
    found = (each for uid in uids for each in world.airtime.sessions(world.seed, uid, since, until))
    return {each.room_id: each for each in found}


def audit(
    data: Path, truth: dict[str, Session], left: set[str], since: int, until: int, pace: Pace
) -> tuple[Defects, float]:
    """Look at a run that has ended: its defects, and the seconds to a session's first poll in the median."""
    with closing(locate.open_records(f"sqlite:///{data}/ranks.db")) as store:
        listed = store.sessions()
        polls = {each.room_id: store.polls(each.room_id, "1970-01-01", "2100-01-01") for each in listed}
    kept = {each.room_id: each for each in listed}
    over = {room for room, each in truth.items() if each.end < until - pace.settled_ms}
    long = {room for room, each in truth.items() if min(each.end, until) - max(each.begin, since) > pace.long_ms}
    answered = {room for room, found in polls.items() if any(poll.outcome != "failed" for poll in found)}
    first = [
        ms(found[0].polled_at) - truth[room].begin
        for room, found in polls.items()
        if found and room in truth and truth[room].begin > since
    ]
    found = Defects(
        missed=len(long - kept.keys()),
        invented=len(kept.keys() - truth.keys()),
        twice=len(listed) - len(kept),
        left_open=sum(room in over and each.ended_at is None for room, each in kept.items()),
        ended_early=sum(_is_early(truth[room], each, until) for room, each in kept.items() if room in truth),
        without_list=len((long & kept.keys()) - answered),
        rooms_left=len(left & over),
    )
    return found, median(first) / 1000 if first else 0.0


def _is_early(session: Session, kept: Kept, until: int) -> bool:
    return session.end > until and kept.ended_at is not None


def main() -> None:
    """Run once, and print what came of it; exit status 1 where a session was missed, left open or invented."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--anchors", type=int, default=60)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = asyncio.run(run(Path(folder) / "data", **vars(chosen)))
    sys.stdout.write("\n".join(result.lines()) + "\n")
    sys.exit(bool(result.defects.found()))


if __name__ == "__main__":
    main()
