"""Distinguishes an outage of the gateway from single rooms that fail, and waits until it is over.

Different rooms that fail in the same way, with no list in between, are an outage, whatever the form of the failure.
During an outage no failure costs a room an attempt, no room is gone, and only one room at a time is polled, after
growing pauses, to see whether the gateway is back. So an outage kills no room and adds few requests.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from rankcrawler import durations
from rankcrawler.backoff import Backoff
from rankcrawler.errors import GatewayDown, GatewayError
from rankcrawler.gateways.verdict import DOWN

logger = logging.getLogger(__name__)

ROOMS = 5
"""How many different rooms must fail in one form, with no list in between, to make an outage."""
MANY = 10
"""So many different rooms make an outage even if each fails in a form of its own."""
PROBE_SECONDS = 30.0
"""After this long without a result of the last probe, the next one goes out."""
GONE = "gone"
"""The form of rooms that are gone."""

_ANY = ""
_COUNTED = 20
"""Rooms of a form that are counted at most."""
_FORMS = 100
"""Forms that are distinguished; a gateway may send a new code with each answer."""
_BEGINNINGS = {
    DOWN: "The gateway is down",
    GONE: "Room after room is gone, so the gateway is to blame and not the rooms",
}
_SAME = "Room after room fails in the same way, so the gateway is to blame and not the rooms"


class GatewayOutage:
    """Takes note of every poll in answered(), reached() and failed(), and delays polls in turn() during an outage.

    `patience` is how many seconds an outage may last; None waits for ever.
    """

    def __init__(self, backoff: Backoff, patience: float | None, now: Callable[[], float] = monotonic) -> None:
        self._backoff = backoff
        self._patience = patience
        self._now = now
        self._failed: dict[str, set[str]] = {}
        self._form = self._reason = ""
        self._began = self._next = 0.0
        self._probes = 0
        self._is_probing = False
        self._moved = asyncio.Event()
        self._end: GatewayError | None = None
        self.is_on = False
        """Whether there is an outage."""

    @property
    def is_given_up(self) -> bool:
        """Whether the crawl ends because of the gateway."""
        return self._end is not None

    def answered(self) -> None:
        """The gateway sent a list: ends an outage."""
        self._failed.clear()
        self._over()

    def reached(self) -> None:
        """The gateway answered, but not about rooms: ends an outage in which it was down, and no other."""
        self._failed.pop(DOWN, None)
        if self._form == DOWN:
            self._over()
        elif self.is_on:
            self._next_probe()

    def failed(self, room_id: str, reason: str, form: str = DOWN) -> bool:
        """A poll failed in this form; returns whether that is part of an outage."""
        self._reason = reason
        alike, any_ = self._note(form, room_id), self._note(_ANY, room_id)
        if self.is_on:
            self._probes += self._is_probing
            self._next_probe()
        elif alike >= ROOMS or any_ >= MANY:
            what = _BEGINNINGS.get(form, _SAME)
            logger.error("%s; polling one room now and then until it is back: %s", what, reason)
            self.is_on, self._form, self._is_probing, self._probes = True, form, False, 0
            self._began = self._now()
            self._next = self._began + self.delay()
        return self.is_on

    def rooms(self, form: str) -> int:
        """How many different rooms failed in this form since the last list; counts no further than 20."""
        return len(self._failed.get(form, ()))

    def delay(self) -> float:
        """Seconds to put off a room that failed, or the next probe."""
        return self._backoff.delay(self._probes + 1)

    def give_up(self, error: GatewayError) -> None:
        """Have turn() and check() raise this error from now on."""
        self._end = self._end or error
        self._moved.set()

    def check(self) -> None:
        """Raise the error with which the crawl gave up, if it did."""
        if self._end is not None:
            raise self._end

    async def turn(self) -> None:
        """Return when the next room may be polled: at once, or in an outage as a probe. Raises GatewayError."""
        self.check()
        while self.is_on:
            if self._patience is not None and self._now() - self._began > self._patience:
                raise GatewayDown(self._what_was_tried(self._patience))
            if (pause := self._next - self._now()) <= 0:
                self._is_probing, self._next = True, self._now() + PROBE_SECONDS
                return
            self._moved.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), pause)
            self.check()

    def _note(self, form: str, room_id: str) -> int:
        if form not in self._failed and len(self._failed) >= _FORMS:
            return 0
        rooms = self._failed.setdefault(form, set())
        if len(rooms) < _COUNTED:
            rooms.add(room_id)
        return len(rooms)

    def _over(self) -> None:
        if self.is_on:
            logger.warning("The gateway answers again, after %s", durations.text(self._now() - self._began))
            self.is_on, self._form = False, ""
            self._moved.set()

    def _next_probe(self) -> None:
        if self._is_probing:
            self._is_probing = False
            self._next = self._now() + self.delay()
            self._moved.set()

    def _what_was_tried(self, patience: float) -> str:
        waiting = "the rooms wait in the queue for the next crawl"
        if self._form == DOWN:
            return (
                f"the gateway has been down for {patience:g} s ({self._reason}): check that it runs, and that "
                f"GATEWAY_URL is right; {waiting}"
            )
        return (
            f"the gateway has sent no list for {patience:g} s, whatever the room ({self._reason}): check GATEWAY_URL "
            f"and the gateway; if this answer means that a room has ended, say so in VERDICTS; {waiting}"
        )
