"""The room queue: jobs in, leases out, outcomes back; every operation is one atomic call of the script."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from itertools import islice
from math import ceil
from time import monotonic
from typing import Any
from zlib import crc32

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from rankcrawler.queue import definition, script
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Depth, Grant, Lease, Settled, Settlement
from rankcrawler.queue.topology import disconnect

_KEYS = ("sched", "ready", "lease", "own", "def", "att", "again", "dead", "info", "st", "ctl", "wrk", "born", "lag")
_CALL_KEYS = ("gave", "took", "retired", "pace", "bell")
_PUSH_BATCH = 500
SETTLE_BATCH = 200
"""Settlements that go in one call."""
_DRAIN_BATCH = 500
_LOOK_EVERY = 0.2
"""Seconds between two looks at an inbox that cannot wake anybody."""


class RoomQueue:
    """The queue behind one inbox.

    `attempts` is after how many failed polls a room is dead; `mend` blocks until a server that was killed is back,
    where somebody can bring it back.
    """

    def __init__(
        self,
        redis: "Redis",
        inbox: str = "ranklist:start_urls",
        *,
        attempts: int = 5,
        mend: Callable[[], None] | None = None,
    ) -> None:
        slot = inbox if "{" in inbox else f"{{{inbox}}}"
        self.inbox = inbox
        self.intake = f"rc:{slot}:intake"
        self.redis = redis
        self._slot = slot
        self._keys = [inbox, self.intake, *(self.key(name) for name in (*_KEYS, *_CALL_KEYS))]
        self._attempts = attempts
        self._mend = mend
        self._inbox_wakes = True
        self._script = redis.register_script(script.text())

    def key(self, name: str) -> str:
        """The key that lua/keys.lua calls by that name."""
        return f"rc:{self._slot}:{name}"

    async def push(self, jobs: Iterable[Job]) -> int:
        """Have rooms polled now; returns how many of them the queue did not know."""
        fresh = 0
        rest = iter(jobs)
        while batch := list(islice(rest, _PUSH_BATCH)):
            fresh += await self._call("push", *(word for job in batch for word in _words(job)))
        return fresh

    async def restore(self, jobs: Iterable[Job]) -> int:
        """Schedule recurring rooms that the queue has lost; returns how many of them it did not know.

        They were polled before, so each is due at a moment of its interval that is its own, and not all at once. What
        the queue knows stays as it is, wherever it is; jobs without an interval are let be.
        """
        fresh = 0
        rest = (job for job in jobs if job.every)
        while batch := list(islice(rest, _PUSH_BATCH)):
            words = (word for job in batch for word in (*_words(job), str(_offset_ms(job))))
            fresh += await self._call("restore", *words)
        return fresh

    async def lease(self, by: Call | str, n: int, ttl_ms: int) -> Grant:
        """Lease up to n rooms that are due, for ttl_ms, to a worker."""
        worker, number, heard = by if isinstance(by, Call) else Call(by)
        answer = await self._call("lease", worker, n, ttl_ms, self._attempts, number, heard)
        wait, state, pending, vanished, unreadable, kind, reason, *rooms = answer
        self._note_kind(kind)
        leases = [_lease(room) for room in rooms]
        return Grant(leases, int(wait), state.decode(), pending, vanished, unreadable, reason.decode())

    async def settle(self, settlements: Sequence[Settlement], by: Call | None = None) -> list[Settled]:
        """End leases; says of each what became of it. A call that counts takes SETTLE_BATCH of them at the most."""
        answers: list[Settled] = []
        worker, number, _ = by or Call("")
        for start in range(0, len(settlements), SETTLE_BATCH):
            words: list[str | int] = [self._attempts, worker, number]
            for lease, outcome, delay_ms, reason in settlements[start : start + SETTLE_BATCH]:
                words += [lease.room_id, lease.token, outcome.value, delay_ms, _text(reason[:500])]
            answers += [Settled(answer) for answer in await self._call("settle", *words)]
        return answers

    async def renew(self, leases: Sequence[Lease], ttl_ms: int) -> list[bool]:
        """Lengthen leases to ttl_ms from now; False where one was lost."""
        words = [word for lease in leases for word in (lease.room_id, lease.token)]
        return [answer == 1 for answer in await self._call("renew", ttl_ms, *words)]

    async def hold(self, ms: int) -> None:
        """Lease no room to anybody for that long."""
        await self._call("hold", ms)

    async def stop(self, reason: str) -> None:
        """Lease no room to anybody until resume(), and have every worker end and say why."""
        await self._call("turn", "stopped", _text(reason[:500]) or "no reason was given")

    async def pause(self) -> None:
        """Lease no room to anybody until resume()."""
        await self._call("turn", "paused", "1")

    async def resume(self) -> None:
        """Lease again: ends a stop, a pause and a hold."""
        await self._call("turn", "stopped", "", "paused", "", "hold_until", "")

    async def set_rate(self, rate: float | None, burst: int | None = None) -> None:
        """Lease at most so many rooms a second, to all workers together; None sets no limit.

        `burst` is how many may be leased at once after a rest; by default what makes up for a tenth of a second.
        """
        burst = burst or max(2, ceil((rate or 0) / 10))
        limits = ("", "") if rate is None else (repr(rate), burst)
        await self._call("turn", "rate", limits[0], "burst", limits[1], "tat", "")

    async def set_max_inflight(self, rooms: int | None) -> None:
        """Have at most so many rooms leased at a time; None sets no limit."""
        await self._call("turn", "max_inflight", "" if rooms is None else rooms)

    async def remove(self, names: Iterable[str]) -> list[bool]:
        """Forget rooms and dead letters, wherever they are; a leased room's worker finds its lease lost."""
        return await self._each("remove", names)

    async def retry(self, rooms: Iterable[str]) -> list[bool]:
        """Have dead or retired rooms polled again, as they were defined; False where one was neither."""
        return await self._each("retry", rooms)

    async def retry_all(self) -> int:
        """The same for every room that is dead now, but not the retired; returns how many."""
        retried = 0
        async for rooms in self._dead_until_now():
            retried += sum(await self.retry(rooms))
        return retried

    async def drain(self) -> tuple[int, int]:
        """Remove all rooms that are ready or scheduled, and all raw jobs; returns how many of each."""
        rooms = raw_jobs = 0
        while True:
            some, raw = (int(number) for number in await self._call("drain", _DRAIN_BATCH))
            rooms, raw_jobs = rooms + some, raw_jobs + raw
            if not some:
                return rooms, raw_jobs

    async def depth(self) -> Depth:
        """How many rooms stand where."""
        return Depth(*(int(number) for number in await self._call("depth")))

    async def now(self) -> int:
        """The server's clock, in ms since 1970."""
        return int(await self._call("now"))

    async def wait(self, seconds: int) -> bool:
        """Sleep until somebody pushes to the inbox; False when `seconds` went by first.

        Takes its connection for that long. The raw job stands in the intake, for the next lease to take in. A set or
        a sorted set wakes nobody: such an inbox is looked at five times a second.
        """
        if not self._inbox_wakes:
            return await self._watch(seconds)
        try:
            moved = await self.redis.blmove(self.inbox, self.intake, seconds, "RIGHT", "LEFT")
        except RedisTimeoutError:
            return False
        except ResponseError as error:
            if not str(error).startswith("WRONGTYPE"):
                raise
            return await self._watch(seconds)
        return moved is not None

    async def hear(self, ring: Callable[[], None]) -> None:
        """Call ring() whenever rooms became ready or may be leased again, other than by time; for ever.

        Takes a connection for that long. What rang before there was a connection is made up for by a ring.
        """
        await self.redis.initialize()  # a cluster's must know its servers before it subscribes
        async with self.redis.pubsub() as bell:
            await bell.subscribe(self.key("bell"))
            while True:
                if await bell.get_message(timeout=None):
                    ring()

    async def mend(self) -> None:
        """After a fault: bring the server back where that can be done from here; raises QueueError."""
        if self._mend is not None:
            await asyncio.to_thread(self._mend)

    async def close(self) -> None:
        """Close the connections."""
        await disconnect(self.redis)

    async def _watch(self, seconds: float) -> bool:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(left, _LOOK_EVERY))
            kind: Any = await self.redis.type(self.inbox)
            self._note_kind(kind)
            if kind in (b"list", b"set", b"zset"):
                return True
        return False

    def _note_kind(self, kind: bytes) -> None:
        """An empty inbox is of no kind: it is thought to be of the same as before."""
        if kind != b"none":
            self._inbox_wakes = kind == b"list"

    async def _dead_until_now(self) -> AsyncIterator[list[str]]:
        """Those that are dead now, in parts; who asks for the next part has had the last one retried."""
        before, offset = f"({await self.now() + 1}", 0
        while names := await self._dead(before, offset):
            rooms = [name for name in names if not name.startswith("?")]
            offset += len(names) - len(rooms)
            yield rooms

    async def _dead(self, before: str, offset: int) -> list[str]:
        names: list[Any] = await self.redis.zrange(
            self.key("dead"), "-inf", before, byscore=True, offset=offset, num=_PUSH_BATCH
        )
        return [name.decode() for name in names]

    async def _each(self, operation: str, names: Iterable[str]) -> list[bool]:
        answers: list[bool] = []
        rest = iter(names)
        while batch := list(islice(rest, _PUSH_BATCH)):
            answers += [answer == 1 for answer in await self._call(operation, *batch)]
        return answers

    async def _call(self, operation: str, *words: str | int) -> Any:
        return await self._script(keys=self._keys, args=[operation, *words])


def _text(reason: str) -> str:
    """The reason without what UTF-8 cannot hold: a stranger's broken text must not stop the settlements."""
    return reason.encode(errors="replace").decode()


def _words(job: Job) -> tuple[str, ...]:
    return (
        job.room_id,
        "" if job.every is None else str(round(job.every * 1000)),
        "" if job.every_max is None else str(round(job.every_max * 1000)),
        "" if job.priority is None else str(job.priority),
        job.anchor_id or "",
    )


def _offset_ms(job: Job) -> int:
    """Rooms that are spread alike over their interval, whatever their ids have in common."""
    return int(crc32(job.room_id.encode()) / 2**32 * (job.every or 0) * 1000)


def _lease(text: bytes) -> Lease:
    room, token, due, attempt, defined = text.decode().split(":", 4)
    every, priority, anchor_id, every_max, _ = definition.read(defined)
    return Lease(room, int(token), int(due), int(attempt), anchor_id, every, priority, every_max)
