"""What people do to a running queue: pause it, limit it, and remove or restore rooms."""

from collections.abc import Iterable
from math import ceil
from zlib import crc32

from rankcrawler.queue import definition
from rankcrawler.queue.gate import Gate
from rankcrawler.queue.job import Job
from rankcrawler.queue.script import BATCH, Script


class Control:
    """Changes that apply to every worker: those of the gate for all kinds of list, the others for the queue's kind."""

    def __init__(self, script: Script, gate: Gate) -> None:
        self._script = script
        self._gate = gate

    async def pause(self) -> None:
        """Lease no rooms until resume()."""
        await self._gate.turn("paused", "1")

    async def stop(self, reason: str) -> None:
        """Lease no rooms until resume(), and end every worker with the reason."""
        await self._gate.stop(reason)

    async def hold(self, ms: int) -> None:
        """Lease no rooms for that long."""
        await self._gate.hold(ms)

    async def resume(self) -> None:
        """Lease rooms again: ends a pause, a stop and a hold."""
        await self._gate.turn("stopped", "", "paused", "", "hold_until", "")

    async def begin_with_rate(self, rate: float, adviser: str) -> bool:
        """Limit leases to `rate` a second, unless there is a limit, or this adviser's was set before: people may have
        removed it. Returns whether it was not.
        """
        return await self._gate.begin_with(adviser, "rate", repr(rate), "burst", _burst(rate))

    async def set_rate(self, rate: float | None, burst: int | None = None) -> None:
        """Limit leases to `rate` a second, across all workers and kinds; None removes the limit.

        `burst` is how many may be leased at once after a rest; the default covers a tenth of a second.
        """
        limits = ("", "") if rate is None else (repr(rate), burst or _burst(rate))
        await self._gate.turn("rate", limits[0], "burst", limits[1], "tat", "")

    async def set_max_inflight(self, rooms: int | None) -> None:
        """Limit how many rooms are leased at a time, of all kinds together; None removes the limit."""
        await self._gate.turn("max_inflight", "" if rooms is None else rooms)

    async def remove(self, names: Iterable[str]) -> list[bool]:
        """Remove rooms and dead letters, whatever their state; False for each that the queue does not know.

        The worker of a leased room finds its lease lost.
        """
        batches = self._script.call_for_all("remove", names)
        return [answer == 1 async for answers in batches for answer in answers]

    async def drain(self) -> tuple[int, int]:
        """Remove all rooms that are ready or scheduled, and all entries of the inbox; returns how many of each."""
        rooms = entries = 0
        while True:
            some, more = (int(number) for number in await self._script.call("drain", BATCH))
            rooms, entries = rooms + some, entries + more
            if not some:
                return rooms, entries

    async def restore(self, jobs: Iterable[Job]) -> int:
        """Schedule recurring rooms that the queue has lost; returns how many were new to it.

        They count as polled before: the first polls are spread over each room's interval. Rooms that the queue knows
        stay as they are, and jobs without an interval are skipped.
        """
        rooms = (f"{definition.words(job)}:{_offset_ms(job)}" for job in jobs if job.schedule.every)
        return sum([fresh async for fresh in self._script.call_for_all("restore", rooms)])


def _offset_ms(job: Job) -> int:
    """When a restored room is first due, from now: a hash of its id spreads rooms evenly over their interval."""
    return int(crc32(job.room_id.encode()) / 2**32 * (job.schedule.every or 0) * 1000)


def _burst(rate: float) -> int:
    return max(2, ceil(rate / 10))
