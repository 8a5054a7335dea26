"""Sends a worker's settlements, as many in one call as have come up since the last."""

import asyncio
import logging

from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.faults import FAULTS, PAUSE, repair
from rankcrawler.queue.lease import Call, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import SETTLE_BATCH, RoomQueue
from rankcrawler.queue.tally import Tally
from rankcrawler.queue.window import Window

logger = logging.getLogger(__name__)


class Settler:
    """Sends settlements in the order in which they were added, and drops their leases from the window."""

    def __init__(self, queue: RoomQueue, worker: str, window: Window, tally: Tally) -> None:
        self._queue = queue
        self._worker = worker
        self._window = window
        self._tally = tally
        self._unsent: list[Settlement] = []
        self._sending: list[Settlement] = []
        self._calls = 0
        self._added = asyncio.Event()
        self._is_closing = False
        self._faults = FaultLog("The queue takes no settlements, trying again", "The queue takes settlements again")

    def add(self, settlement: Settlement) -> None:
        """Send a settlement soon; the first for a lease counts, and any later one is ignored."""
        if self._window.end(settlement.lease):
            self._unsent.append(settlement)
            self._added.set()

    def close(self) -> None:
        """Have run() return once everything is sent."""
        self._is_closing = True
        self._added.set()

    async def run(self) -> None:
        """Send settlements until close(), and wait out the server's faults."""
        while not self._is_closing or self._unsent:
            await self._added.wait()
            self._added.clear()
            while self._unsent:
                try:
                    await self._send()
                    self._faults.over()
                except FAULTS as error:
                    self._faults.note(error)
                    await repair(self._queue, self._faults)
                    await asyncio.sleep(PAUSE)

    async def _send(self) -> None:
        """Send one batch. After a fault that is the same batch again, under the same number."""
        batch = self._sending = self._sending or self._unsent[:SETTLE_BATCH]
        answers = await self._queue.settle(batch, Call(self._worker, self._calls + 1))
        self._calls += 1
        self._sending = []
        del self._unsent[: len(batch)]
        for settlement, answer in zip(batch, answers, strict=True):
            self._count(settlement, answer)
            self._window.drop(settlement.lease, was_lost=answer is Settled.LOST)

    def _count(self, settlement: Settlement, answer: Settled) -> None:
        lease, outcome, _, reason = settlement
        is_done = outcome in (Outcome.DONE, Outcome.UNCHANGED)
        if answer in (Settled.DEAD, Settled.RETIRED) or (is_done and not lease.schedule.recurs):
            self._tally.pending = max(self._tally.pending - 1, 0)
        if answer is Settled.DEAD:
            self._tally.dead[reason] += 1
            message = "%s is dead after attempt %d: %s"
            logger.error(message, lease.label, lease.attempt, reason, extra=lease.fields)
        if answer is Settled.FAILING:
            self._tally.failing += 1
            logger.error(
                "%s is failing after attempt %d, and is polled more and more rarely until that ends: %s",
                *(lease.label, lease.attempt, reason),
                extra=lease.fields,
            )
        if answer is Settled.RETIRED:
            self._tally.retired += 1
            why = reason or "its anchor is offline, and this was its last poll"
            logger.info("%s is retired, its session has ended: %s", lease.label, why, extra=lease.fields)
