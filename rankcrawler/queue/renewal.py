"""Renews a worker's leases before they expire."""

import asyncio

from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.faults import FAULTS, PAUSE
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.window import Window


class Renewal:
    """Renews every lease of a window three times in its `ttl_ms`; leases that were lost leave the window."""

    def __init__(self, queue: RoomQueue, window: Window, ttl_ms: int) -> None:
        self._queue = queue
        self._window = window
        self._ttl_ms = ttl_ms
        self._faults = FaultLog("The queue renews no leases, trying again", "The queue renews leases again")

    async def run(self) -> None:
        """Renew until cancelled, and wait out the server's faults."""
        usual = pause = self._ttl_ms / 3000
        while True:
            await asyncio.sleep(pause)
            try:
                await self._renew()
                self._faults.over()
                pause = usual
            except FAULTS as error:
                self._faults.note(error)
                pause = min(PAUSE, usual)

    async def _renew(self) -> None:
        if leases := self._window.held():
            kept = await self._queue.renew(leases, self._ttl_ms)
            self._window.lose(lease for lease, is_ours in zip(leases, kept, strict=True) if not is_ours)
