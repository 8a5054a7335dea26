"""Wakes a worker when the queue may have more to lease: someone pushed to the inbox, or the bell rang."""

import asyncio

from rankcrawler.queue.faults import FAULTS, PAUSE
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.tasks import Tasks

_SECONDS = 5
"""How long one call waits at the inbox."""


class Listener:
    """Waits at the inbox in a task of its own, and sets `wake` when the bell rings.

    A server that does not answer is not reported here: the next call for leases does.
    """

    def __init__(self, queue: RoomQueue, wake: asyncio.Event, tasks: Tasks) -> None:
        self._queue = queue
        self._wake = wake
        self._tasks = tasks
        self._at_inbox: asyncio.Task[bool] | None = None

    async def hear_the_bell(self) -> None:
        """Set `wake` whenever the bell rings, until cancelled."""
        while True:
            try:
                await self._queue.hear(self._wake.set)
            except FAULTS:
                await asyncio.sleep(PAUSE)

    async def sleep(self, seconds: float, *, at_inbox: bool) -> None:
        """Sleep until `wake` is set or someone pushes; only with `at_inbox` begin to wait there."""
        if at_inbox and (self._at_inbox is None or self._at_inbox.done()):
            self._at_inbox = self._tasks.start(self._wait_at_inbox())
        woken = asyncio.create_task(self._wake.wait())
        waits = {woken} if self._at_inbox is None else {woken, self._at_inbox}
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()

    def took_push(self) -> bool:
        """Whether a push has ended a wait since the last call. No other worker heard of it, so it must be leased."""
        task = self._at_inbox
        if task is None or not task.done():
            return False
        self._at_inbox = None
        return not task.cancelled() and task.exception() is None and task.result()

    async def _wait_at_inbox(self) -> bool:
        try:
            return await self._queue.inbox.wait(_SECONDS)
        except FAULTS:
            await asyncio.sleep(PAUSE)
            return False
