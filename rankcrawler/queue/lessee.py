"""Asks the queue for leases, as many as a worker's window has room for."""

import logging
from time import monotonic

from rankcrawler.errors import NewerQueue, QueueError, QueueOfAnother, QueueStopped
from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.faults import FAULTS, PAUSE, repair
from rankcrawler.queue.lease import Call, Grant, Lease
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.shared_clock import SharedClock
from rankcrawler.queue.tally import Tally
from rankcrawler.queue.window import Window

logger = logging.getLogger(__name__)


class Lessee:
    """Numbers its calls, so that rooms whose grant never arrived come back with the next."""

    def __init__(
        self, queue: RoomQueue, worker: str, window: Window, tally: Tally, ttl_ms: int, gateway: tuple[str, str]
    ) -> None:
        """`gateway` is the name of the one that the worker polls, and that of its profile."""
        self.queue_is_empty = False
        """Whether the queue held nothing, not even leases of others, when last asked."""
        self.refusal: QueueError | None = None
        """Why this worker gets no more leases until a person acts; None if it may get some."""
        self.clock = SharedClock()
        """The server's time."""
        self._source, self._profile = gateway
        self._queue = queue
        self._worker = worker
        self._window = window
        self._tally = tally
        self._ttl_ms = ttl_ms
        self._calls = self._heard = 0
        self._faults = FaultLog("The queue does not answer, asking again", "The queue answers again")

    async def ask(self) -> tuple[list[Lease], float]:
        """New leases, which are in the window; and the seconds after which to ask again."""
        self._calls += 1
        call = Call(self._worker, self._calls, self._heard, self._source, self._profile)
        try:
            grant = await self._queue.lease(call, self._window.free, self._ttl_ms)
        except NewerQueue as error:
            self.refusal = error
            return [], PAUSE
        except FAULTS as error:
            self._faults.note(error)
            self.queue_is_empty = False
            await repair(self._queue, self._faults)
            return [], PAUSE
        self._faults.over()
        self._heard = call.number
        self._take(grant)
        return grant.leases, max(grant.wait_ms / 1000, 0.001)

    def _refusal(self, grant: Grant) -> QueueError | None:
        if grant.state == "foreign":
            return QueueOfAnother(grant.reason, self._source, self._profile)
        return QueueStopped(grant.reason) if grant.reason else None

    def _take(self, grant: Grant) -> None:
        self.refusal = self._refusal(grant)
        self.clock.note(grant.now_ms)
        if grant.back_ms:
            logger.warning(
                "The queue server's clock was set back by %.1f s: rooms, leases and holds that were due too late are "
                "brought forward",
                grant.back_ms / 1000,
            )
        self.queue_is_empty = grant.pending == 0
        self._tally.pending, self._tally.asked_at = grant.pending, monotonic()
        self._tally.waiting = not grant.leases and not self._window
        self._tally.recurs |= any(lease.schedule.every for lease in grant.leases)
        for lease in grant.leases:
            self._tally.lateness.add(max(grant.now_ms - lease.due_ms, 0) / 1000)
        self._window.take(grant.leases)
        if grant.vanished:
            self._tally.dead["its worker vanished"] += grant.vanished
            logger.error("%d rooms are dead: one worker after another vanished with them", grant.vanished)
        if grant.unreadable:
            self._tally.unreadable += grant.unreadable
            logger.error(
                "%d entries of %s name no room: see `scrapy rooms dead`", grant.unreadable, self._queue.inbox.key
            )
