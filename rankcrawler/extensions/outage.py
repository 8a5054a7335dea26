"""Distinguishes an outage of the gateway from single rooms that fail, and waits until it is over.

During an outage no failure costs a room an attempt, and only one room at a time is polled, after growing pauses, to see
whether the gateway is back. So an outage kills no room and adds few requests.
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
"""How many different rooms must fail in a row, with no answer in between, to make an outage."""
PROBE_SECONDS = 30.0
"""After this long without a result of the last probe, the next one goes out."""


class GatewayOutage:
    """Takes note of every poll in failed() and answered(), and delays polls in turn() during an outage.

    `patience` is how many seconds an outage may last; None waits for ever.
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
        """The gateway answered a poll, whatever the answer: ends an outage."""
        self._failed.clear()
        if self.is_on:
            logger.warning("The gateway answers again, after %.1f s", self._now() - self._began)
            self.is_on = False
            self._moved.set()

    def failed(self, room_id: str, reason: str) -> bool:
        """A poll failed, and the gateway is at fault, not the room; returns whether that is part of an outage."""
        self._failed.add(room_id)
        if self.is_on:
            self._wait_longer()
        elif len(self._failed) >= ROOMS:
            logger.error("The gateway is down; polling one room now and then until it is back: %s", reason)
            self.is_on, self._is_probing, self._probes = True, False, 0
            self._began = self._now()
            self._next = self._began + self.delay()
        return self.is_on

    def delay(self) -> float:
        """Seconds to put off a room that failed, or the next probe."""
        return self._backoff.delay(self._probes + 1)

    async def turn(self) -> None:
        """Return when the next room may be polled: at once, or in an outage as a probe. Raises GatewayDown."""
        while self.is_on:
            if self._patience is not None and self._now() - self._began > self._patience:
                raise GatewayDown(
                    f"the gateway has been down for {self._patience:g} s: check that it runs, and that GATEWAY_URL is "
                    "right; the rooms wait in the queue for the next crawl"
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
