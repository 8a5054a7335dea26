"""The room queue, as workers and producers use it: jobs in, leases out, outcomes back. Every operation is atomic."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from rankcrawler.errors import QueueOfAnother
from rankcrawler.queue import definition
from rankcrawler.queue.control import Control
from rankcrawler.queue.dead_letters import DeadLetters
from rankcrawler.queue.gate import Admission, Gate
from rankcrawler.queue.inbox import Inbox
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Depth, Grant, Lease, Settled, Settlement
from rankcrawler.queue.reason import stored
from rankcrawler.queue.script import Script
from rankcrawler.queue.topology import disconnect

SETTLE_BATCH = 200
"""Settlements that go in one call."""


class RoomQueue:
    """The queue behind one inbox.

    A room that is polled once dies after `attempts` failed polls in a row; one that recurs is failing then. `repair`
    blocks until a server that was killed runs again; None if this process cannot restart it. `fleet` names the gate,
    which this queue shares with those behind the inboxes of other kinds, `others`.
    """

    _INTAKE = "intake"
    """The name of the key for entries that have woken a waiting worker."""

    def __init__(
        self,
        redis: "Redis",
        inbox: str = "ranklist:start_urls",
        *,
        attempts: int = 5,
        repair: Callable[[], None] | None = None,
        fleet: str = "fleet:start_urls",
        others: Sequence[str] = (),
    ) -> None:
        self.redis = redis
        self._script = Script(redis, self.read_by_script(inbox), slot=inbox)
        self.gate = Gate(redis, fleet, before=self.key("ctl"))
        """What holds or limits the queues of all kinds."""
        self._leases_of_others = [Script(redis, other).key("lease") for other in others]
        self.inbox = Inbox(redis, inbox, self.key(self._INTAKE))
        """Where people push entries."""
        self.control = Control(self._script, self.gate)
        """Operations for people: pausing, limiting, removing, restoring."""
        self.dead_letters = DeadLetters(self._script)
        self.batch = 1
        """How many go in one call to the gateway, for which one permit of the rate is taken."""
        self._attempts = attempts
        self.restart = repair
        """Restarts a server that was killed; None if this process cannot."""

    def key(self, name: str) -> str:
        """The key with that name in lua/keys.lua."""
        return self._script.key(name)

    def read_by_script(self, inbox: str) -> str:
        """The key of the inbox whose entries the script reads."""
        return inbox

    async def push(self, jobs: Iterable[Job]) -> int:
        """Make rooms ready to be polled; returns how many were new to the queue."""
        return sum([fresh async for fresh in self._script.call_for_all("push", map(definition.words, jobs))])

    async def follow(self, jobs: Iterable[Job]) -> int:
        """Poll rooms that anchors are live in; returns how many were not polled before.

        When one of them is found gone, it is retired, and not dead.
        """
        return sum([sum(answers) async for answers in self._script.call_for_all("follow", map(definition.words, jobs))])

    async def polled(self, rooms: Sequence[str]) -> set[str]:
        """Those of these rooms that are ready, scheduled or leased."""
        if not rooms:  # the client refuses to ask about none
            return set()
        pipe: Any = self.redis.pipeline(transaction=False)
        for key in ("ready", "sched", "lease"):
            pipe.zmscore(self.key(key), rooms)
        places = await pipe.execute()
        return {room for scores in places for room, score in zip(rooms, scores, strict=True) if score is not None}

    async def conclude(self, rooms: Iterable[str]) -> int:
        """Poll rooms a last time, and then retire them; returns how many of them were polled."""
        return sum([sum(answers) async for answers in self._script.call_for_all("conclude", rooms)])

    async def lease(self, by: Call | str, n: int, ttl_ms: int) -> Grant:
        """Lease up to n rooms that are due, for ttl_ms, to a worker."""
        call = by if isinstance(by, Call) else Call(by)
        admitted = await self.gate.admit(-(-n // self.batch))
        most = await self._most(admitted)
        words = (call.worker, n, ttl_ms, self._attempts, call.number, call.heard)
        gated = (admitted.state, admitted.wait_ms, admitted.permits * self.batch, most)
        answer = await self._script.call("lease", *words, *gated, call.source, self.batch, call.profile)
        wait, state, pending, vanished, unreadable, kind, holder, now, back, *rooms = answer
        calls = -(-len(rooms) // self.batch)
        if admitted.is_limited and admitted.permits > calls:
            with suppress(RedisError, RuntimeError):  # what is not given back returns with time
                await self.gate.give_back(admitted.permits - calls)
        self.inbox.note_kind(kind)
        leases, reason = [_lease(room) for room in rooms], holder.decode() or admitted.reason
        return Grant(leases, int(wait), state.decode(), pending, vanished, unreadable, reason, now, back)

    async def _most(self, admitted: Admission) -> int | str:
        """How many rooms of this queue may be leased at a time, given those of other kinds; empty for any number."""
        if admitted.max_inflight is None:
            return ""
        return admitted.max_inflight - sum([await self.redis.zcard(key) for key in self._leases_of_others])

    async def settle(self, settlements: Sequence[Settlement], by: Call | None = None) -> list[Settled]:
        """End leases; returns the result of each. A numbered call takes at most SETTLE_BATCH of them."""
        answers: list[Settled] = []
        worker, number, *_ = by or Call("")
        for start in range(0, len(settlements), SETTLE_BATCH):
            words: list[str | int] = [self._attempts, worker, number]
            for lease, outcome, delay_ms, reason in settlements[start : start + SETTLE_BATCH]:
                words += [lease.room_id, lease.fence, outcome.value, delay_ms, stored(reason)]
            answers += [Settled(answer) for answer in await self._script.call("settle", *words)]
        return answers

    async def renew(self, leases: Sequence[Lease], ttl_ms: int) -> list[bool]:
        """Extend leases to ttl_ms from now; False for each that was lost."""
        words = [word for lease in leases for word in (lease.room_id, lease.fence)]
        return [answer == 1 for answer in await self._script.call("renew", ttl_ms, *words)]

    async def leave(self, worker: str) -> None:
        """Count a worker as gone, because it has ended."""
        await self._script.call("leave", worker)

    async def claim(self, source: str, profile: str = "", *, force: bool = False) -> None:
        """Take the queue for a gateway of a profile; raises QueueError if it has rooms or workers of another.

        With `force` the rooms of the other become this gateway's.
        """
        holder = (await self._script.call("claim", source, "1" if force else "", profile)).decode()
        if holder != source:
            raise QueueOfAnother(holder, source, profile)

    async def check_holder(self, source: str, profile: str = "") -> None:
        """Raise QueueError if the queue has rooms or workers of another gateway; changes nothing."""
        if holder := (await self._script.call("holder", source, profile)).decode():
            raise QueueOfAnother(holder, source, profile)

    async def source(self) -> str:
        """The gateway whose rooms these are; empty if no worker or person has claimed them."""
        holder: Any = await self.redis.hget(self.key("ctl"), "source")
        return (holder or b"").decode(errors="replace")

    async def depth(self) -> Depth:
        """How many rooms are in which state."""
        return Depth(*(int(number) for number in await self._script.call("depth")))

    async def has_polled(self) -> bool:
        """Whether any room of this queue was ever polled with success."""
        return await self.redis.hexists(self.key("st"), "done") == 1

    async def now(self) -> int:
        """The server's clock, in ms since 1970."""
        return int(await self._script.call("now"))

    async def hear(self, ring: Callable[[], None]) -> None:
        """Call ring() whenever rooms became ready, or may be leased again, other than by time; never returns.

        Occupies a connection. The first ring, as soon as it listens, stands for all that it may have missed.
        """
        await self.redis.initialize()  # a cluster's client must know its servers before it subscribes
        async with self.redis.pubsub() as bell:
            await bell.subscribe(self.key("bell"), self.gate.bell)
            while True:
                if await bell.get_message(timeout=None):
                    ring()

    async def repair(self) -> None:
        """Restart a killed server if this process can; raises QueueError."""
        if self.restart is not None:
            await asyncio.to_thread(self.restart)

    async def close(self) -> None:
        """Close the connections."""
        await disconnect(self.redis)


def _lease(text: bytes) -> Lease:
    room, fence, due, attempt, gone_once, defined = text.decode().split(":", 5)
    schedule, anchor_id, last = definition.read(defined)
    told = {"was_polled": last is not None, "gone_once": bool(gone_once), "is_last": last == definition.ENDING}
    return Lease(room, int(fence), int(due), int(attempt), anchor_id, schedule, **told)
