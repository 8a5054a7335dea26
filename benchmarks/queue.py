"""Measures the speed of the queue and its memory per room: `RoomQueue` on an embedded server, over a unix socket.

One process pushes recurring rooms, leases them in batches over a few connections, and settles the leases. All figures
are for complete calls, including the time to send them and to parse the replies. The exit status is 1 if a bound is
missed.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from redis.asyncio import Redis

from benchmarks import report
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.embedded import join
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Lease, Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue

FIRST_ROOM = 7_300_000_000_000_000_000
BATCHES = (1, 16, 64)
HOUR = 3_600_000
BOUNDS = {"bytes_per_room": 200.0, "lease_p99_ms": 5.0, "leases_per_second": 50_000.0}


@dataclass(frozen=True)
class Latency:
    """The milliseconds that calls for `batch` leases took, one after another."""

    batch: int
    median: float
    p99: float


@dataclass(frozen=True)
class Result:
    """All figures of one run."""

    rooms: int
    pushes_per_second: float
    bytes_per_room: float
    """Growth of the server's used_memory, once all rooms have been polled and scheduled again."""
    latencies: list[Latency]
    leases_per_second: float
    """In batches of 64, over several connections."""
    settlements_per_second: float
    """In batches of 64, over one connection."""

    def missed(self) -> list[str]:
        """Return the names of the bounds that were missed."""
        p99 = max(latency.p99 for latency in self.latencies)
        bad = {
            "bytes_per_room": self.bytes_per_room > BOUNDS["bytes_per_room"],
            "lease_p99_ms": p99 > BOUNDS["lease_p99_ms"],
            "leases_per_second": self.leases_per_second < BOUNDS["leases_per_second"],
        }
        return [name for name, is_missed in bad.items() if is_missed]

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        rows = [
            ("rooms pushed", f"{self.pushes_per_second:,.0f} a second"),
            ("leased, in batches of 64", f"{self.leases_per_second:,.0f} a second"),
            ("settled, in batches of 64", f"{self.settlements_per_second:,.0f} a second"),
            ("memory", f"{self.bytes_per_room:.0f} bytes a recurring room"),
        ]
        rows += [
            (f"a call for {each.batch} leases", f"median {each.median:.2f} ms, 99 % {each.p99:.2f} ms")
            for each in self.latencies
        ]
        return "\n".join([f"| {self.rooms:,} rooms | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)])


def main() -> int:
    """Measure and report; return 1 if a bound is missed, else 0."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="queue-", ignore_cleanup_errors=True) as folder:
        result = asyncio.run(measure(Path(folder), options.rooms, options.calls, options.connections))
    print(f"\n{result.table()}\n")
    if options.json:
        report.write(options.json, {"connections": options.connections, "bounds": BOUNDS, "result": result})
    for name in result.missed():
        print(f"{name}: expected {BOUNDS[name]:g}", file=sys.stderr)
    return int(bool(result.missed()))


async def measure(folder: Path, rooms: int, calls: int, connections: int) -> Result:
    """Measure on a new server in `folder`."""
    server = await asyncio.to_thread(join, folder)
    redis = Redis.from_url(server.url)
    queue = RoomQueue(redis)
    try:
        empty = await _used(redis)
        pushed = await _rate(rooms, lambda: _push(queue, rooms))
        await _quiet(redis)
        latencies = [await _latency(queue, batch, calls) for batch in BATCHES]
        leased: list[list[Lease]] = []
        rate = await _rate(64 * connections * calls, lambda: _lease(queue, calls, connections, leased))
        settled = await _rate(sum(map(len, leased)), lambda: _settle(queue, leased))
        await _poll_the_rest(queue)
        return Result(rooms, pushed, (await _used(redis) - empty) / rooms, latencies, rate, settled)
    finally:
        await redis.aclose()
        server.close()


async def _used(redis: "Redis") -> int:
    return int((await redis.info("memory"))["used_memory"])


async def _quiet(redis: "Redis") -> None:
    """Wait for the end of the file rewrite that many writes trigger; calls take milliseconds during it."""
    while (await redis.info("persistence"))["aof_rewrite_in_progress"]:  # noqa: ASYNC110 — Redis has no event to wait for
        await asyncio.sleep(0.1)


async def _rate(things: int, work: Callable[[], Awaitable[None]]) -> float:
    began = perf_counter()
    await work()
    return things / (perf_counter() - began)


async def _push(queue: RoomQueue, rooms: int) -> None:
    await queue.push(Job(str(FIRST_ROOM + 7919 * number), schedule=Schedule(every=3600.0)) for number in range(rooms))


async def _latency(queue: RoomQueue, batch: int, calls: int) -> Latency:
    """Measure single calls; every call's rooms are released, so that the next one finds as many."""
    times = []
    for number in range(1, calls + 1):
        began = perf_counter()
        grant = await queue.lease(Call(f"latency-{batch}", number, number - 1), batch, HOUR)
        times.append(1000 * (perf_counter() - began))
        await queue.settle([Settlement(lease, Outcome.RELEASE) for lease in grant.leases])
    times.sort()
    return Latency(batch, times[calls // 2], times[int(calls * 0.99)])


async def _lease(queue: RoomQueue, calls: int, connections: int, leased: list[list[Lease]]) -> None:
    async def work(worker: str) -> None:
        for number in range(1, calls + 1):
            grant = await queue.lease(Call(worker, number, number - 1), 64, HOUR)
            leased.append(grant.leases)

    await asyncio.gather(*(work(f"worker-{number}") for number in range(connections)))
    if not all(len(leases) == 64 for leases in leased):
        raise ValueError("too few rooms for so many calls: raise --rooms")


async def _settle(queue: RoomQueue, leased: Sequence[list[Lease]]) -> None:
    for leases in leased:
        await queue.settle([Settlement(lease, Outcome.DONE) for lease in leases])


async def _poll_the_rest(queue: RoomQueue) -> None:
    while leases := (await queue.lease("rest", 500, HOUR)).leases:
        await queue.settle([Settlement(lease, Outcome.DONE) for lease in leases])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rooms", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=1000, help="lease calls for each batch size and each connection")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures and a description of the machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
