"""Delivers messages: to each target at least once, and again with the same id where that may have failed."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import msgspec

from rankcrawler.alerts import body, ledger, message, outbox, services, webhook
from rankcrawler.alerts.outbox import Message
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.targets import Target
from rankcrawler.alerts.webhook import Outcome
from rankcrawler.errors import SettingError
from rankcrawler.language import english, marked, tr

_TOGETHER = 8
"""Messages that are sent at a time."""
_UNKNOWN = Outcome(marked("ALERT_TARGETS has no such target"))
_log = logging.getLogger(__name__)


def now_ms() -> int:
    """Milliseconds since 1970, by this machine's clock."""
    return time.time_ns() // 1_000_000


class Delivery:
    """Sends what is due in the state file."""

    def __init__(
        self,
        file: StateFile,
        targets: Mapping[str, Target],
        zone: ZoneInfo,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._file = file
        self._targets = targets
        self._zone = zone
        self._clock = clock
        self._room = asyncio.Semaphore(_TOGETHER)
        self._is_ending = False

    async def send_due(self) -> int:
        """Send what is due now, each once; returns how many messages were taken by their targets."""
        ledger.release_held(self._file, self._clock())
        due = outbox.take_due(self._file, self._clock())
        return sum(await asyncio.gather(*map(self._send, due)))

    def end(self) -> None:
        """Begin no more attempts."""
        self._is_ending = True

    async def _send(self, due: Message) -> bool:
        async with self._room:
            if self._is_ending:
                return False
            outcome = await self.attempt(due)
        if not outcome.problem:
            outbox.delivered(self._file, due, self._clock())
            return True
        goes_on = outbox.failed(self._file, due, outcome.problem, self._clock(), outcome.wait)
        with english():
            what = "will be tried again" if goes_on else "is given up"
            _log.warning("Message %s to %s was not delivered and %s: %s", due.id, due.target, what, tr(outcome.problem))
        return False

    async def attempt(self, due: Message) -> Outcome:
        """Send a message once, without noting what becomes of it."""
        target = self._targets.get(due.target)
        if target is None:
            return _UNKNOWN
        if target.is_webhook:
            text = msgspec.json.encode(body.of_message(due, self._zone, self._clock()))
            return await webhook.send(target, due.id, text)
        try:
            services.check(target)
        except SettingError as error:
            return Outcome(str(error))
        return await services.send(target, message.of_parts(due.parts, self._zone, self._clock()))
