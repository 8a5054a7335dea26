"""An outage of the gateway as a whole: told from rooms that fail, and waited out at little cost to anybody.

While it lasts no failure is a room's: it costs no attempt, and one room at a time is polled, after growing pauses,
to see whether it is over. So an outage kills no room, and adds few requests to those of a gateway that is back.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from rankcrawler.backoff import Backoff
from rankcrawler.errors import GatewayDown

logger = logging.getLogger(__name__)

ROOMS = 5
"""Different rooms that the gateway must fail, one after another with no answer in between, to be out."""
PROBE_SECONDS = 30.0
"""After which another room is polled though nothing was heard of the last."""


class GatewayOutage:
    """Told of every poll by failed() and answered(); holds back polls by turn() while there is an outage.

    `patience` is how many seconds an outage is waited out; None is for ever.
    """

    def __init__(self, backoff: Backoff, patience: float | None, now: Callable[[], float] = monotonic) -> None:
        self._backoff = backoff
        self._patience = patience
        self._now = now
        self._failed: set[str] = set()
        self._began = self._next = 0.0
        self._probes = 0
        self._is_probing = False
        self._moved = asyncio.Event()
        self.is_on = False
        """Whether there is an outage."""

    def answered(self) -> None:
        """A poll was answered, whatever the answer says."""
        self._failed.clear()
        if self.is_on:
            logger.warning("The gateway answers again, after %.1f s", self._now() - self._began)
            self.is_on = False
            self._moved.set()

    def failed(self, room_id: str, reason: str) -> bool:
        """A poll failed in a way that is the gateway's, not the room's; whether that is part of an outage."""
        self._failed.add(room_id)
        if self.is_on:
            self._wait_longer()
        elif len(self._failed) >= ROOMS:
            logger.error("The gateway answers nobody, and is asked for one room now and then: %s", reason)
            self.is_on, self._is_probing, self._probes = True, False, 0
            self._began = self._now()
            self._next = self._began + self.delay()
        return self.is_on

    def delay(self) -> float:
        """Seconds for which a room is put off, and the next probe."""
        return self._backoff.delay(self._probes + 1)

    async def turn(self) -> None:
        """Return when the next room may be polled: at once, or when it is a probe's turn; GatewayDown."""
        while self.is_on:
            if self._patience is not None and self._now() - self._began > self._patience:
                raise GatewayDown(
                    f"the gateway has answered nobody for {self._patience:g} s: see whether it runs, and whether "
                    "GATEWAY_URL is right; the rooms wait in the queue for the next crawl"
                )
            if (pause := self._next - self._now()) <= 0:
                self._is_probing, self._next = True, self._now() + PROBE_SECONDS
                return
            self._moved.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), pause)

    def _wait_longer(self) -> None:
        if self._is_probing:
            self._is_probing = False
            self._probes += 1
            self._next = self._now() + self.delay()
            self._moved.set()
