"""One worker's leases: taken when its window has room, kept alive, and each of them settled.

A lease is live from the moment it is given until its settlement is sent: slow storage keeps leases live,
and so slows leasing. Settlements are sent together, as many as have come up since the last call.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from secrets import token_hex
from time import monotonic
from typing import Any, TypeVar

from redis.exceptions import RedisError

from rankcrawler.errors import QueueError, QueueStopped
from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.lease import Call, Grant, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import SETTLE_BATCH, RoomQueue

T = TypeVar("T")

logger = logging.getLogger(__name__)

FAULTS = (RedisError, RuntimeError)
"""What a server's fault looks like; RuntimeError is uvloop's word for writing to a connection just reset."""

_PAUSE_AFTER_ERROR = 0.5
_PATIENCE = 3.0  # seconds that a server has to take the last settlements


class Worker:
    """Leases rooms under its name and a suffix of its own; open() it within a running loop, and close() it.

    `window` bounds the live leases; `ttl` is how many seconds a lease outlives a worker that died.
    With `drain` the worker ends when the queue holds nothing more, without it after `max_idle` seconds
    without work (0: never).
    """

    def __init__(
        self,
        queue: RoomQueue,
        name: str,
        *,
        window: int,
        ttl: float,
        drain: bool = False,
        max_idle: float = 0.0,
    ) -> None:
        self.lost = 0
        """Leases that had expired, and so could be another worker's, before they were settled."""
        self.dead: Counter[str] = Counter()
        """Rooms that died by this worker's doing, by reason."""
        self.retired = 0
        """Recurring rooms that this worker saw come to their end."""
        self.unreadable = 0
        """Raw jobs that this worker found no room in."""
        self.waiting = False
        """Whether there is nothing to do but wait for a room to be due or pushed."""
        self.pending = 0
        """Rooms in the queue that are not dead: as last heard, less those that this worker has finished since."""
        self.left = 0
        """Leases that close() could not end: they expire by themselves, and their rooms are polled again."""
        self._queue = queue
        self._name = f"{name}:{token_hex(3)}"  # the calls of one worker are counted, and a pid comes again
        self._window = window
        self._ttl_ms = int(ttl * 1000)
        self._drain = drain
        self._max_idle = max_idle
        self._live: dict[str, Lease] = {}
        self._settled: list[Settlement] = []
        self._sending: list[Settlement] = []
        self._something_settled = asyncio.Event()
        self._moved = asyncio.Event()
        self._asked = self._heard = self._sent = 0
        self._halted = ""
        self._leasing: asyncio.Task[tuple[list[Lease], float]] | None = None
        self._ear: asyncio.Task[bool] | None = None
        self._queue_is_empty = False
        self._stopped = False
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self._defect: BaseException | None = None
        self._no_leases = FaultLog("The queue does not answer, asking again", "The queue answers again")
        self._no_settlements = FaultLog(
            "The queue takes no settlements, trying again", "The queue takes settlements again"
        )
        self._no_renewals = FaultLog("The queue renews no leases, trying again", "The queue renews leases again")

    def open(self) -> None:
        """Start to send settlements and to renew leases."""
        endless = (self._send_until_closed(), self._renew_for_ever(), self._hear_the_bell())
        self._tasks = [self._start(each) for each in endless]

    async def leases(self) -> AsyncIterator[Lease]:
        """Every lease as it is given; ends as the constructor was told. Cancelling it loses none.

        Faults of the server are waited out. QueueStopped where the whole fleet is stopped: what is live then may
        still be settled, and close() releases the rest. QueueError where a fault of our own keeps leases from being
        settled.
        """
        busy_at = monotonic()
        while not self._stopped:
            self._moved.clear()
            fresh, nap = await self._lease()
            for lease in fresh:
                yield lease
            if self._halted:
                raise QueueStopped(self._halted)
            if self._live:
                busy_at = monotonic()
            elif self._is_finished(busy_at):
                return
            if not fresh:
                await self._listen(nap)
        if self._defect is not None:
            raise QueueError(f"leases cannot be settled any more: {self._defect!r}") from self._defect

    def settle(self, lease: Lease, outcome: Outcome, *, delay: float = 0.0, reason: str = "") -> None:
        """End a lease, with a delay in seconds; sent soon. Settling one that is not live changes nothing."""
        if self._live.get(lease.room_id) is lease:
            self._settled.append(Settlement(lease, outcome, round(delay * 1000), reason))
            self._something_settled.set()

    async def hold(self, seconds: float) -> None:
        """Have no worker of the fleet lease a room for that long; where the server refuses, that is logged."""
        try:
            await self._queue.hold(round(seconds * 1000))
        except FAULTS as error:
            logger.error("The queue could not be told to hold every room for %g s: %s", seconds, error)

    async def halt(self, reason: str) -> None:
        """Have no worker of the fleet lease a room until it is resumed; where the server refuses, only this one."""
        self._halted = reason
        self._moved.set()
        try:
            await self._queue.stop(reason)
        except FAULTS as error:
            logger.error("The queue could not be told to stop the fleet (%s): %s", reason, error)

    def stop(self) -> None:
        """Lease no more: leases() ends."""
        self._stopped = True
        self._moved.set()

    async def close(self) -> None:
        """Send what is settled, and release what is not; gives up after 3 s, and says what is `left`."""
        self.stop()
        deadline = monotonic() + _PATIENCE
        self._release()
        if self._leasing is not None:
            await asyncio.wait({self._leasing}, timeout=_PATIENCE / 2)
            self._release()
        self._closing = True
        self._something_settled.set()
        sender, *_ = self._tasks
        await asyncio.wait({sender}, timeout=deadline - monotonic())
        for task in (*self._tasks, self._ear, self._leasing):
            if task is not None:
                await _cancel(task)
        self.left = len(self._live)
        if self.left:
            logger.error("%d leases could not be settled: they expire by themselves", self.left)

    def _start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(coroutine)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Stop for good where a task has failed otherwise than its server: nobody else would hear of it."""
        if not task.cancelled() and (defect := task.exception()) is not None:
            logger.critical("A task of the worker failed: %r", defect, exc_info=defect)
            self._defect = defect
            self.stop()

    def _release(self) -> None:
        for lease in self._unsettled():
            self.settle(lease, Outcome.RELEASE)

    def _is_finished(self, busy_at: float) -> bool:
        if self._drain:
            return self._queue_is_empty
        return bool(self._max_idle) and monotonic() - busy_at >= self._max_idle

    async def _lease(self) -> tuple[list[Lease], float]:
        """Take what the window has room for; and the seconds until it is worth while to ask again.

        The call goes on when its caller is cancelled: what it leased is live, and is released by close().
        """
        self._leasing = self._start(self._lease_now())
        return await asyncio.shield(self._leasing)

    async def _lease_now(self) -> tuple[list[Lease], float]:
        longest = 1.0 if self._drain else min(5.0, self._max_idle or 5.0)
        if self._stopped or self._halted or not (self._has_room() or self._was_woken()):
            return [], longest
        self._asked += 1
        call = Call(self._name, self._asked, self._heard)
        try:
            grant = await self._queue.lease(call, self._window - len(self._live), self._ttl_ms)
        except FAULTS as error:
            self._no_leases.note(error)
            self._queue_is_empty = False
            await self._mend()
            return [], _PAUSE_AFTER_ERROR
        self._no_leases.over()
        self._heard = call.number
        self._halted = grant.reason
        self.pending = grant.pending
        self._queue_is_empty = grant.pending == 0
        self._note_dead_letters(grant)
        self.waiting = not grant.leases and not self._live
        self._lose({self._live[lease.room_id] for lease in grant.leases if lease.room_id in self._live})
        self._live.update((lease.room_id, lease) for lease in grant.leases)
        return grant.leases, min(max(grant.wait_ms / 1000, 0.001), longest)

    async def _mend(self) -> None:
        try:
            await self._queue.mend()
        except QueueError as error:
            self._no_leases.note(error)

    def _has_room(self) -> bool:
        """Whether to ask for leases is worth a call."""
        return self._window - len(self._live) >= max(1, self._window // 4)

    def _was_woken(self) -> bool:
        """Whether this worker was given a push that it must hand on, though it may have no room itself."""
        ear, self._ear = self._ear, None if self._ear is None or self._ear.done() else self._ear
        return ear is not None and ear.done() and not ear.cancelled() and ear.exception() is None and ear.result()

    async def _listen(self, seconds: float) -> None:
        """Sleep until the queue may give more: a room is pushed or due, or a lease of ours has ended."""
        if self._has_room() and (self._ear is None or self._ear.done()):
            self._ear = self._start(self._hear())
        moved = asyncio.create_task(self._moved.wait())
        await asyncio.wait({moved, *filter(None, [self._ear])}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        moved.cancel()

    async def _hear_the_bell(self) -> None:
        """Look at the queue whenever it says that there is something to lease."""
        while True:
            try:
                await self._queue.hear(self._moved.set)
            except FAULTS:  # the next lease reports it
                await asyncio.sleep(_PAUSE_AFTER_ERROR)

    async def _hear(self) -> bool:
        """Wait for a push; a server that does not answer is reported by the next lease."""
        try:
            return await self._queue.wait(5)
        except FAULTS:
            await asyncio.sleep(_PAUSE_AFTER_ERROR)
            return False

    async def _send_until_closed(self) -> None:
        while not self._closing or self._settled:
            await self._something_settled.wait()
            self._something_settled.clear()
            while self._settled:
                try:
                    await self._send()
                    self._no_settlements.over()
                except FAULTS as error:
                    self._no_settlements.note(error)
                    await self._mend()
                    await asyncio.sleep(_PAUSE_AFTER_ERROR)

    async def _send(self) -> None:
        """Send what came first; after a fault that is the same again, under the same number."""
        batch = self._sending = self._sending or self._settled[:SETTLE_BATCH]
        answers = await self._queue.settle(batch, Call(self._name, self._sent + 1))
        self._sent += 1
        self._sending = []
        del self._settled[: len(batch)]
        for (lease, outcome, _, reason), answer in zip(batch, answers, strict=True):
            is_done = outcome in (Outcome.DONE, Outcome.UNCHANGED)
            if answer in (Settled.DEAD, Settled.RETIRED) or (is_done and lease.every is None):
                self.pending = max(self.pending - 1, 0)
            if answer is Settled.DEAD:
                self.dead[reason] += 1
                logger.error("Room %s is dead after attempt %d: %s", lease.room_id, lease.attempt, reason)
            if answer is Settled.RETIRED:
                self.retired += 1
                logger.info("Room %s has come to its end, and is retired: %s", lease.room_id, reason)
            self._forget(lease, was_ours=answer is not Settled.LOST)

    def _note_dead_letters(self, grant: Grant) -> None:
        if grant.vanished:
            self.dead["its worker vanished"] += grant.vanished
            logger.error("%d rooms are dead: their workers vanished, one after another", grant.vanished)
        if grant.unreadable:
            self.unreadable += grant.unreadable
            logger.error("%d entries of %s name no room: see the dead letters", grant.unreadable, self._queue.inbox)

    async def _renew_for_ever(self) -> None:
        pause = self._ttl_ms / 3000
        while True:
            await asyncio.sleep(pause)
            try:
                await self._renew()
                self._no_renewals.over()
                pause = self._ttl_ms / 3000
            except FAULTS as error:
                self._no_renewals.note(error)
                pause = min(_PAUSE_AFTER_ERROR, self._ttl_ms / 3000)

    async def _renew(self) -> None:
        if leases := list(self._live.values()):
            kept = await self._queue.renew(leases, self._ttl_ms)
            self._lose({lease for lease, is_ours in zip(leases, kept, strict=True) if not is_ours})

    def _unsettled(self) -> list[Lease]:
        settled = {settlement.lease for settlement in self._settled}
        return [lease for lease in self._live.values() if lease not in settled]

    def _lose(self, leases: set[Lease]) -> None:
        """Forget leases that are ours no more; those being settled are judged by what their settlement came to."""
        for lease in self._unsettled():
            if lease in leases:
                self._forget(lease, was_ours=False)

    def _forget(self, lease: Lease, *, was_ours: bool) -> None:
        if self._live.get(lease.room_id) is not lease:
            return
        del self._live[lease.room_id]
        self._moved.set()
        if not was_ours:
            self.lost += 1
            logger.warning("Room %s: the lease had expired before it was settled", lease.room_id)


async def _cancel(task: asyncio.Task[Any]) -> None:
    """End a task that calls Redis: redis-py swallows a cancellation that comes while it sends, on Python 3.11."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.05)
