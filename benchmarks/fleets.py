"""Runs of a fleet, whose workers share a queue and a store, and the cost of each part."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psycopg
from redis.asyncio import Redis

from benchmarks import meter
from benchmarks.contestants import fleet
from benchmarks.demand import Cost
from benchmarks.servers import Databases, RedisServer, redis_server
from benchmarks.serving import FIRST_ROOM, Gateway
from benchmarks.work import Work
from rankcrawler.queue.room_queue import RoomQueue


@dataclass(frozen=True)
class Used:
    """What a run used: wall seconds, CPU seconds of each part, queue commands, rows and bytes."""

    wall: float
    worker: float
    queue: float
    database: float
    gateway: float
    commands: float
    rows: float
    size: float

    def __sub__(self, other: "Used") -> "Used":
        return Used(*(getattr(self, each.name) - getattr(other, each.name) for each in fields(Used)))

    def a_poll(self, polls: int) -> Cost:
        """Return the cost of one poll if the run made `polls` of them."""
        return Cost(*(getattr(self, each.name) / polls for each in fields(Cost)))

    @property
    def cores(self) -> float:
        """The average number of busy cores."""
        return (self.worker + self.queue + self.database + self.gateway) / self.wall


class Place:
    """A queue server and a database that several runs share."""

    def __init__(self, gateway: Gateway, entries: int, folder: Path, queue: RedisServer, databases: Databases) -> None:
        self._gateway = gateway
        self._entries = entries
        self._folder = folder
        self._queue = queue
        self._databases = databases
        self._database = databases.create()

    def run(self, workers: int, rooms: range, timeout: float, rate: float | None = None) -> Used:
        """Poll each room once, at most `rate` rooms a second; raises RunError unless every poll is in the store."""
        asyncio.run(self._limit(rate))
        names = [str(FIRST_ROOM + number) for number in rooms]
        work = Work(self._gateway, names, self._entries, self._folder, self._database)
        before = self._so_far()
        cost = meter.Cost()
        with meter.cpu_of_children(cost):
            meter.run(fleet(work, workers, self._queue.url), self._folder / "log", timeout, cost)
        used = self._so_far() - before
        if used.polls != len(rooms):
            raise meter.RunError(f"{workers} workers: expected {len(rooms)} polls on record, found {used.polls}")
        return Used(cost.wall, cost.worker_cpu, *used.of_parts)

    async def _limit(self, rate: float | None) -> None:
        async with Redis.from_url(self._queue.url) as redis:
            await RoomQueue(redis).control.set_rate(rate)

    def _so_far(self) -> "_Readings":
        server = self._queue.client.info()
        commands = sum(each["calls"] for each in self._queue.client.info("commandstats").values())
        with psycopg.connect(self._database) as database:
            polls, rows, size = _ask(database)
        queue = server["used_cpu_user"] + server["used_cpu_sys"]
        return _Readings(polls, queue, self._databases.cpu, self._gateway.cpu, commands, rows, size)


@dataclass(frozen=True)
class _Readings:
    """What the servers have used so far."""

    polls: float
    queue: float
    database: float
    gateway: float
    commands: float
    rows: float
    size: float

    def __sub__(self, other: "_Readings") -> "_Readings":
        return _Readings(*(getattr(self, each.name) - getattr(other, each.name) for each in fields(_Readings)))

    @property
    def of_parts(self) -> tuple[float, ...]:
        """All fields but `polls`, in the order of Used."""
        return self.queue, self.database, self.gateway, self.commands, self.rows, self.size


def _ask(database: "psycopg.Connection") -> tuple[int, int, int]:
    """Return the number of polls, the rows of `polls` and `entries` together, and the size in bytes."""
    size = database.execute("SELECT pg_database_size(current_database())").fetchone()
    assert size is not None
    made = database.execute("SELECT to_regclass('_polls')").fetchone()
    if made is None or made[0] is None:
        return 0, 0, int(size[0])
    found = database.execute("SELECT (SELECT count(*) FROM _polls), (SELECT count(*) FROM _entries)").fetchone()
    assert found is not None
    return int(found[0]), int(found[0] + found[1]), int(size[0])


@contextmanager
def place(gateway: Gateway, entries: int, databases: Databases) -> Iterator[Place]:
    """Start a new queue server, as durable as the embedded one, and create a new database."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder, redis_server(Path(folder), durable=True) as queue:
        yield Place(gateway, entries, Path(folder), queue, databases)
