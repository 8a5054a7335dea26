"""The queue of the anchors that are followed: a queue like that of rooms, with a plan and a note for each anchor.

An anchor's plan is how its rooms are polled. Its note is what is known of it between two looks: a worker writes it
together with the settlement of its lease, so that what follows from a look is never followed twice by two workers.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from rankcrawler.errors import JobError
from rankcrawler.language import english
from rankcrawler.model.anchors import Anchor
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.sessions import Followed
from rankcrawler.queue import anchor_job, roster
from rankcrawler.queue.anchor_job import CHECK_EVERY, EVERY, AnchorJob
from rankcrawler.queue.gate import Admission
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Grant, Lease
from rankcrawler.queue.limits import LONGEST_ENTRY
from rankcrawler.queue.reason import stored
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import Room
from rankcrawler.queue.script import BATCH, slot_of

_INGEST = 256
"""Entries of the inbox that are read at once."""


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an anchor is followed."""

    schedule: Schedule = Schedule(EVERY)
    """Of the room that the anchor is live in."""
    is_paused: bool = False


class Looks(NamedTuple):
    """How many of the anchors are followed, by what the last look at each has found."""

    live: int
    offline: int
    unknown: int
    """It said nothing, or there was none yet."""


class Following(msgspec.Struct, frozen=True):
    """An anchor in the queue."""

    anchor: Anchor
    place: Room
    """Where it is in the queue; its `schedule` is that of the looks."""
    plan: Plan
    known: Followed


class AnchorQueue(RoomQueue):
    """The queue behind an inbox of anchors, beside that of the rooms of one kind of list."""

    _INTAKE = "entries"

    def read_by_script(self, inbox: str) -> str:
        """No key: the entries of this inbox are read here, where people's addresses and tables are read too."""
        return f"rc:{slot_of(inbox)}:no inbox"

    async def add(self, jobs: Iterable[AnchorJob]) -> int:
        """Follow anchors, and look them up now; ends a pause. Returns how many were new to the queue."""
        added, batch = 0, list[AnchorJob]()
        for job in jobs:
            batch.append(job)
            if len(batch) == BATCH:
                added += await self._add(batch)
                batch = []
        return added + (await self._add(batch) if batch else 0)

    async def lease(self, by: Call | str, n: int, ttl_ms: int) -> Grant:
        """Take in what was pushed, and lease up to n anchors that are due, or soon will be and fill a call."""
        unreadable = await self._ingest()
        whole = n // self.batch * self.batch or n  # so that no call is made for a part of a batch
        grant = await super().lease(by, whole, ttl_ms)
        return grant._replace(unreadable=grant.unreadable + unreadable)

    async def known(self, leases: Sequence[Lease]) -> list[tuple[Plan, Followed]]:
        """The plans and the notes of leased anchors."""
        return await self._known([lease.room_id for lease in leases])

    async def note(self, lease: Lease, known: Followed) -> bool:
        """Write an anchor's note before its lease is settled; False if the lease was lost."""
        answers = await self._script.call("note", lease.room_id, lease.fence, stored(known.as_json()))
        return bool(answers == [1])

    async def pause(self, names: Sequence[str]) -> list[bool]:
        """Look anchors up no more, until they are added again; False for each that the queue does not know."""
        found = await roster.find(self, names)
        for name, place, (plan, _) in zip(names, found, await self._known(names), strict=True):
            if place is not None:
                paused = msgspec.structs.replace(plan, is_paused=True)
                await self.redis.hset(self.key("plan"), name, msgspec.json.encode(paused).decode())
        return [place is not None for place in found]

    async def remove(self, names: Sequence[str]) -> list[bool]:
        """Forget anchors; False for each that the queue does not know."""
        removed = await self.control.remove(names)
        if names:
            await self.redis.hdel(self.key("plan"), *names)
        return removed

    async def find(self, names: Sequence[str]) -> list[Following | None]:
        """What the queue knows of each anchor; None for one that it does not know."""
        found = await roster.find(self, names)
        known = await self._known(names)
        return [
            None if place is None else Following(Anchor.named(name), place, *of)
            for name, place, of in zip(names, found, known, strict=True)
        ]

    async def looks(self) -> Looks:
        """How many anchors are live, offline and unknown."""
        depth, key = await self.depth(), self.key("seen")
        live, offline = [int(await self.redis.zcount(key, score, score)) for score in (1, 0)]
        return Looks(live, offline, max(depth.ready + depth.scheduled + depth.leased - live - offline, 0))

    async def every(self) -> AsyncIterator[Following]:
        """Yield every anchor that is followed, but for entries of the inbox."""
        batch = list[Room]()
        for state in roster.STATES:
            async for place in roster.rooms(self, state):
                if place.raw is None:
                    batch.append(place)
        for start in range(0, len(batch), BATCH):
            places = batch[start : start + BATCH]
            known = await self._known([place.room_id for place in places])
            for place, of in zip(places, known, strict=True):
                yield Following(Anchor.named(place.room_id), place, *of)

    async def _most(self, admitted: Admission) -> int | str:
        """A call's worth of anchors may always be leased: there are few calls, and rooms never leave any to them."""
        if admitted.max_inflight is None:
            return ""
        return max(int(await super()._most(admitted)), 1) * self.batch

    async def _add(self, jobs: Sequence[AnchorJob]) -> int:
        plans = await self._known([job.anchor.name for job in jobs])
        written: dict[Any, Any] = {
            job.anchor.name: msgspec.json.encode(Plan(_completed(job.schedule, plan.schedule))).decode()
            for job, (plan, _) in zip(jobs, plans, strict=True)
        }
        await self.redis.hset(self.key("plan"), mapping=written)
        known = await roster.find(self, [job.anchor.name for job in jobs])
        return await self.push([_of_look(job, place) for job, place in zip(jobs, known, strict=True)])

    async def _known(self, names: Sequence[str]) -> list[tuple[Plan, Followed]]:
        if not names:
            return []
        pipe: Any = self.redis.pipeline(transaction=False)
        pipe.hmget(self.key("plan"), names).hmget(self.key("note"), names)
        plans, notes = await pipe.execute()
        return [(_plan(plan), Followed.of_json(note)) for plan, note in zip(plans, notes, strict=True)]

    async def _ingest(self) -> int:
        """Add the anchors that were pushed; returns how many entries name none. Entries go once they are taken in.

        A worker that dies on the way leaves them to the next, and to add an anchor twice is harmless.
        """
        unreadable = 0
        for key in (self.inbox.intake, self.inbox.key):
            kind: Any = await self.redis.type(key)
            self.inbox.note_kind(kind)
            while entries := await self._entries(key, kind):
                good, bad = _parsed(entries)
                await self.add(good)
                if bad:
                    await self._script.call("bury", *(word for letter in bad for word in letter))
                    unreadable += len(bad)
                await self._drop(key, kind, entries)
        return unreadable

    async def _entries(self, key: str, kind: bytes) -> list[bytes]:
        redis: Any = self.redis
        if kind == b"list":
            return list(await redis.lrange(key, -_INGEST, -1))[::-1]
        if kind == b"set":
            return list(await redis.srandmember(key, _INGEST))
        return list(await redis.zrange(key, -_INGEST, -1))[::-1] if kind == b"zset" else []

    async def _drop(self, key: str, kind: bytes, entries: Sequence[bytes]) -> None:
        pipe: Any = self.redis.pipeline(transaction=False)
        for entry in entries:
            if kind == b"list":
                pipe.lrem(key, -1, entry)
            elif kind == b"set":
                pipe.srem(key, entry)
            else:
                pipe.zrem(key, entry)
        await pipe.execute()


def _parsed(entries: Sequence[bytes]) -> tuple[list[AnchorJob], list[tuple[str, str]]]:
    """The anchors in entries, and the entries that name none, each with the reason."""
    good, bad = list[AnchorJob](), list[tuple[str, str]]()
    with english():  # dead letters are read on other machines too
        for entry in entries:
            text = entry.decode(errors="surrogateescape")
            if len(entry) > LONGEST_ENTRY:
                bad.append((text, f"longer than {LONGEST_ENTRY} bytes"))
                continue
            try:
                good.append(anchor_job.parse(text))
            except JobError as error:
                bad.append((text, str(error)))
    return good, bad


def _completed(own: Schedule, other: Schedule) -> Schedule:
    """A schedule with another's values for what it does not state."""
    every = other.every if own.every is None else own.every
    every_max = other.every_max if own.every_max is None else own.every_max
    if every is not None and every_max is not None and every_max < every:
        every_max = None
    return Schedule(every, every_max, other.priority if own.priority is None else own.priority)


def _of_look(job: AnchorJob, place: Room | None) -> Job:
    """The anchor as the script takes it: in place of a room, with the schedule of its looks."""
    every = job.check_every or (place.schedule.every if place is not None else None) or CHECK_EVERY
    return Job(job.anchor.name, None, Schedule(every, None, job.schedule.priority))


def _plan(text: bytes | None) -> Plan:
    try:
        return Plan() if text is None else msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError:
        return Plan()
