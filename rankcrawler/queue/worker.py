"""A worker's use of the queue: leases rooms, renews the leases, and settles each of them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from secrets import token_hex
from time import monotonic

from rankcrawler.errors import NewerQueue, QueueError, QueueStopped
from rankcrawler.language import tr
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.lease import Lease, Outcome, Settlement
from rankcrawler.queue.lessee import Lessee
from rankcrawler.queue.listener import Listener
from rankcrawler.queue.renewal import Renewal
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.settler import Settler
from rankcrawler.queue.tally import Tally
from rankcrawler.queue.tasks import Tasks
from rankcrawler.queue.window import Window

logger = logging.getLogger(__name__)

_PATIENCE = 3.0
"""Seconds that the server has to take the last settlements."""


class Worker:
    """Leases rooms under its name and a random suffix; open() it within a running loop, and close() it.

    `source` is the gateway that it polls, and `profile` its profile; a queue of another one refuses it.
    `window` limits how many leases it holds; `ttl` is how many seconds a lease outlives a worker that died. With
    `drain` the worker ends when the queue is empty, otherwise after `max_idle` seconds without work (0: never), unless
    something else says that it `is_needed`. One that does not listen occupies no connection, and asks once a second.
    """

    def __init__(
        self,
        queue: RoomQueue,
        name: str,
        *,
        window: int,
        ttl: float,
        source: str = "",
        profile: str = "",
        drain: bool = False,
        max_idle: float = 0.0,
        is_needed: Callable[[], bool] = lambda: False,
        listens: bool = True,
    ) -> None:
        self.tally = Tally()
        self._is_needed = is_needed
        self._listens = listens
        self._queue = queue
        self._name = unique = f"{name}:{token_hex(3)}"  # the queue counts a worker's calls, and a process id recurs
        self._drain = drain
        self._max_idle = max_idle
        self._longest_sleep = 1.0 if drain or not listens else min(5.0, max_idle or 5.0)
        self._is_stopped = False
        self._wake = asyncio.Event()
        self._tasks = Tasks(on_failure=self.stop)
        self._sender: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[tuple[list[Lease], float]] | None = None
        ttl_ms = int(ttl * 1000)
        self._window = Window(window, self.tally, self._wake)
        self._lessee = Lessee(queue, unique, self._window, self.tally, ttl_ms, (source, profile))
        self._settler = Settler(queue, unique, self._window, self.tally)
        self._renewal = Renewal(queue, self._window, ttl_ms)
        self._listener = Listener(queue, self._wake, self._tasks)

    def open(self) -> None:
        """Start to send settlements, renew leases and listen to the bell."""
        self._sender = self._tasks.start(self._settler.run())
        self._tasks.start(self._renewal.run())
        if self._listens:
            self._tasks.start(self._listener.hear_the_bell())

    async def leases(self) -> AsyncIterator[Lease]:
        """Each lease as it is granted; the rest is as of `grants`."""
        async for fresh in self.grants():
            for lease in fresh:
                yield lease

    async def grants(self) -> AsyncIterator[list[Lease]]:
        """The leases of each grant; ends when the worker does. Cancelling it loses none.

        Waits out the server's faults. Raises QueueStopped if the fleet is stopped, QueueOfAnother if the queue is
        another gateway's, and NewerQueue if it is a newer version's: the leases held then may still be settled, and
        close() releases the rest. Raises QueueError if a defect keeps leases from being settled.
        """
        busy_at = monotonic()
        while not self._is_stopped:
            self._wake.clear()
            fresh, pause = await self._ask()
            if fresh:
                yield fresh
            if self._lessee.refusal is not None:
                raise self._lessee.refusal
            if self._window:
                busy_at = monotonic()
            elif self._is_finished(busy_at):
                return
            if not fresh:
                await self._listener.sleep(pause, at_inbox=self._listens and self._window.has_room)
        if isinstance(self._tasks.failure, NewerQueue):
            raise self._tasks.failure
        if self._tasks.failure is not None:
            raise QueueError(
                tr("leases can no longer be settled: {failure!r}", failure=self._tasks.failure)
            ) from self._tasks.failure

    def now_ms(self) -> int:
        """The time on the queue server's clock, in ms since 1970."""
        return self._lessee.clock.now_ms()

    @property
    def leases_held(self) -> int:
        """How many leases the worker holds."""
        return len(self._window)

    def settle(self, lease: Lease, outcome: Outcome, *, delay: float = 0.0, reason: str = "") -> None:
        """End a lease, with a delay in seconds; sent soon. Ignored for a lease that is not held, or has ended."""
        self._settler.add(Settlement(lease, outcome, round(delay * 1000), reason))

    async def hold(self, seconds: float) -> None:
        """Keep every worker from leasing rooms for that long; logs it if the server refuses."""
        try:
            await self._queue.control.hold(round(seconds * 1000))
        except FAULTS as error:
            logger.error("The queue did not take the request to hold every room for %g s: %s", seconds, error)

    async def halt(self, reason: str) -> None:
        """Stop the fleet until someone resumes it; if the server refuses, this worker stops alone, and logs it."""
        self._lessee.refusal = QueueStopped(reason)
        self._wake.set()
        try:
            await self._queue.control.stop(reason)
        except FAULTS as error:
            logger.error("The queue did not take the request to stop the fleet (%s): %s", reason, error)

    def stop(self) -> None:
        """Lease no more rooms: leases() ends."""
        self._is_stopped = True
        self._wake.set()

    async def close(self) -> None:
        """Send what is settled and release the rest; gives up after 3 s, and counts what is left."""
        self.stop()
        deadline = monotonic() + _PATIENCE
        self._release()
        if self._asking is not None:
            await asyncio.wait({self._asking}, timeout=_PATIENCE / 2)
            self._release()
        self._settler.close()
        if self._sender is not None:
            await asyncio.wait({self._sender}, timeout=deadline - monotonic())
        await self._tasks.cancel()
        self.tally.left = len(self._window)
        if self.tally.left:
            logger.error("%d leases could not be settled; they will expire", self.tally.left)
        elif self._sender is not None:
            await self._leave()

    async def _leave(self) -> None:
        try:
            await asyncio.wait_for(self._queue.leave(self._name), _PATIENCE / 3)
        except (*FAULTS, NewerQueue):
            logger.debug("The queue takes no leave; it will forget this worker by itself")

    def _release(self) -> None:
        for lease in self._window.open():
            self.settle(lease, Outcome.RELEASE)

    def _is_finished(self, busy_at: float) -> bool:
        if self._drain:
            return self._lessee.queue_is_empty
        is_idle = bool(self._max_idle) and monotonic() - busy_at >= self._max_idle
        return is_idle and not self._is_needed()

    async def _ask(self) -> tuple[list[Lease], float]:
        """Ask for leases if the window has room for them; returns them, and for how many seconds to sleep otherwise.

        The call goes on if this is cancelled: the leases it brings are in the window, and close() releases them.
        """
        if self._is_stopped or self._lessee.refusal or not (self._window.has_room or self._listener.took_push()):
            return [], self._longest_sleep
        self._asking = self._tasks.start(self._lessee.ask())
        fresh, pause = await asyncio.shield(self._asking)
        return fresh, min(pause, self._longest_sleep)
