"""The room queue: jobs in, leases out, outcomes back; every operation is one atomic call of queue.lua."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import islice
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Depth, Grant, Lease, Settled, Settlement

_KEYS = ("sched", "ready", "lease", "own", "def", "att", "again", "dead", "info", "st", "ctl", "wrk")
_PUSH_BATCH = 500
_SETTLE_BATCH = 200


class RoomQueue:
    """The queue behind one inbox. `attempts` is after how many failed polls a room is dead."""

    def __init__(self, redis: "Redis", inbox: str = "ranklist:start_urls", *, attempts: int = 5) -> None:
        slot = inbox if "{" in inbox else f"{{{inbox}}}"
        self.inbox = inbox
        self.intake = f"rc:{slot}:intake"
        self._keys = [inbox, self.intake, *(f"rc:{slot}:{name}" for name in _KEYS)]
        self._attempts = attempts
        self._redis = redis
        self._script = redis.register_script(files(__package__).joinpath("queue.lua").read_text("utf-8"))

    async def push(self, jobs: Iterable[Job]) -> int:
        """Have rooms polled now; returns how many of them the queue did not know."""
        fresh = 0
        rest = iter(jobs)
        while batch := list(islice(rest, _PUSH_BATCH)):
            fresh += await self._call("push", *(word for job in batch for word in _words(job)))
        return fresh

    async def lease(self, worker: str, n: int, ttl_ms: int) -> Grant:
        """Lease up to n rooms that are due, for ttl_ms."""
        answer = await self._call("lease", worker, n, ttl_ms, self._attempts)
        wait, state, pending, vanished, unreadable, *rooms = answer
        return Grant(list(_leases(rooms)), int(wait), state.decode(), pending, vanished, unreadable)

    async def settle(self, settlements: Sequence[Settlement]) -> list[Settled]:
        """End leases; says of each what became of it."""
        answers: list[Settled] = []
        for start in range(0, len(settlements), _SETTLE_BATCH):
            words: list[str | int] = [self._attempts]
            for lease, outcome, delay_ms, reason in settlements[start : start + _SETTLE_BATCH]:
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

    async def depth(self) -> Depth:
        """How many rooms stand where."""
        return Depth(*(int(number) for number in await self._call("depth")))

    async def wait(self, seconds: int) -> bool:
        """Sleep until somebody pushes to the inbox; False when `seconds` went by first.

        Takes its connection for that long. The raw job stands in the intake, for the next lease to take in.
        """
        try:
            moved = await self._redis.blmove(self.inbox, self.intake, seconds, "RIGHT", "LEFT")
        except RedisTimeoutError:
            return False
        return moved is not None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _call(self, operation: str, *words: str | int) -> Any:
        return await self._script(keys=self._keys, args=[operation, *words])


def _text(reason: str) -> str:
    """The reason without what UTF-8 cannot hold: a stranger's broken text must not stop the settlements."""
    return reason.encode(errors="replace").decode()


def _words(job: Job) -> tuple[str, str, str, str]:
    return (
        job.room_id,
        "" if job.every is None else str(round(job.every * 1000)),
        "" if job.priority is None else str(job.priority),
        job.anchor_id or "",
    )


def _leases(words: list[Any]) -> Iterator[Lease]:
    for room, token, due, attempt, definition in zip(*(iter(words),) * 5, strict=True):
        every, _priority, anchor = definition.decode().split(":") if definition else ("", "", "")
        yield Lease(
            room.decode(),
            int(token),
            int(due),
            int(attempt),
            anchor or None,
            int(every) / 1000 if every not in ("", "0") else None,
        )
