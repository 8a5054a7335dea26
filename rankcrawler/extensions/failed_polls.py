"""Settles the leases of polls that brought no list.

| the poll's action | the lease |
|---|---|
| retry | retry after a growing delay, which counts as an attempt; defer during an outage, unless it is the last poll |
| wait | defer until a token may be used again |
| gone_once | defer, and look again; during an outage, just defer |
| gone | dead, or retired; defer during an outage |
| stop | release, and the token is set aside |

If no room was ever answered well, and something else than the gateway answers, the crawl ends.
"""

import logging
import random
from typing import Any

from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.backoff import Backoff
from rankcrawler.errors import GatewayError
from rankcrawler.extensions.address_check import AddressCheck
from rankcrawler.extensions.outage import GONE, GatewayOutage
from rankcrawler.extensions.refusals import Refusals
from rankcrawler.gateways.verdict import Action, Seen, Verdicts, form, is_of_a_web_server
from rankcrawler.model.items import FailedPoll
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.limits import GONE_ONCE
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)

_ALL_GONE = 20
"""If so many different rooms are gone, or all there are, and no list was ever seen, the address may be wrong."""
_SECOND_LOOK = 10
"""A room that seems gone is looked at again after half to all of so many times the shortest backoff."""


class FailedPolls:
    """Carries out the action of each failed poll. `verdicts` tell which actions the user has set."""

    def __init__(
        self,
        worker: Worker,
        outage: GatewayOutage,
        address: AddressCheck,
        refusals: Refusals,
        backoff: Backoff,
        stats: StatsCollector,
        verdicts: Verdicts,
    ) -> None:
        self._worker = worker
        self._outage = outage
        self._address = address
        self.refusals = refusals
        self._backoff = backoff
        self._stats = stats
        self._verdicts = verdicts

    async def settle(self, lease: Lease, failed: FailedPoll, token: int) -> None:
        """End the lease of a failed poll, which used the token at that position."""
        action = Action(failed.action)
        self._stats.inc_value(statistics.POLLS + action.value)
        if self._outage.is_given_up:
            self._worker.settle(lease, Outcome.RELEASE)
        elif action is Action.RETRY:
            await self._retry(lease, failed)
        elif action in (Action.GONE, Action.GONE_ONCE):
            await self._gone(lease, failed)
        elif action is Action.STOP:
            self._outage.reached()
            self._worker.settle(lease, Outcome.RELEASE)
            await self.refusals.set_aside(token, failed.reason)
        else:
            self._outage.reached()
            pause = self.refusals.rest(token, failed.wait, failed.reason)
            self._worker.settle(lease, Outcome.DEFER, delay=pause, reason=failed.reason)
            await self.refusals.hold(pause, failed.reason)

    def retry(self, lease: Lease, reason: str) -> None:
        """Poll the room again after a delay, which counts as an attempt."""
        delay = self._backoff.delay(lease.attempt)
        self._worker.settle(lease, Outcome.RETRY, delay=delay, reason=reason)
        logger.info("Room %s, attempt %d: %s", lease.room_id, lease.attempt, reason, extra=_fields(lease, Action.RETRY))

    async def _retry(self, lease: Lease, failed: FailedPoll) -> None:
        """The gateway gave no usable answer: an attempt of the room's, unless there is an outage or no gateway.

        A broadcast that is over may be why its room fails, and its list is not to be had for long: that is no outage.
        """
        codes = failed.status, _code(failed), failed.status_code
        if is_of_a_web_server(*codes) and await self._address.is_open():
            if error := self._address.of_web_server(failed.reason):
                self._give_up(lease, error)
            else:
                self._worker.settle(lease, Outcome.DEFER, delay=self._backoff.delay(1), reason=failed.reason)
        elif not lease.is_last and self._outage.failed(lease.room_id, failed.reason, form(*codes)):
            self._put_off(lease, failed.reason)
        else:
            self.retry(lease, failed.reason)

    async def _gone(self, lease: Lease, failed: FailedPoll) -> None:
        """The room is gone, unless room after room is: those polled before, or any before the run's first list."""
        if not self._is_suspect(lease, failed):
            self._outage.reached()
        elif self._outage.failed(lease.room_id, failed.reason, GONE):
            rooms = self._outage.rooms(GONE)
            if rooms >= min(_ALL_GONE, self._worker.tally.pending) and await self._address.is_open():
                self._give_up(lease, self._address.of_gone_rooms(rooms, failed.reason))
            else:
                self._put_off(lease, failed.reason)
            return
        if Action(failed.action) is Action.GONE:
            self._worker.settle(lease, Outcome.DEAD, reason=failed.reason)
            return
        message, fields = "Room %s seems gone, and is looked at again: %s", _fields(lease, Action.GONE_ONCE)
        logger.info(message, lease.room_id, failed.reason, extra=fields)
        self._worker.settle(lease, Outcome.DEFER, delay=self._second_look(lease), reason=GONE_ONCE + failed.reason)

    def _is_suspect(self, lease: Lease, failed: FailedPoll) -> bool:
        if lease.is_last:
            return False
        seen = Seen(failed.status, _code(failed), failed.status_code)
        is_own = self._verdicts.is_own(seen) or not seen.has_code
        return lease.was_polled or not (self._address.is_proven or is_own)

    def _second_look(self, lease: Lease) -> float:
        """Seconds until then. By the time of its next tick, the fleet's other rooms have had their first look."""
        soon = self._backoff.base * random.uniform(_SECOND_LOOK / 2, _SECOND_LOOK)  # noqa: S311 - jitter
        return max(soon, lease.schedule.every or 0.0) if lease.was_polled else soon

    def _put_off(self, lease: Lease, reason: str) -> None:
        self._stats.inc_value(statistics.POLLS_IN_OUTAGE)
        self._worker.settle(lease, Outcome.DEFER, delay=self._outage.delay(), reason=reason)

    def _give_up(self, lease: Lease, error: GatewayError) -> None:
        self._outage.give_up(error)
        self._worker.settle(lease, Outcome.RELEASE)
        self._worker.stop()


def _fields(lease: Lease, action: Action) -> dict[str, Any]:
    return {**lease.fields, "verdict": action.value}


def _code(failed: FailedPoll) -> int | str | None:
    return failed.code_word if failed.code is None else failed.code
