"""Settles the leases of polls that brought no list.

| the poll's action | the lease |
|---|---|
| retry | retry after a growing delay, which counts as an attempt; defer during an outage of the gateway |
| wait | defer until a token may be used again |
| gone | dead |
| stop | release, and the token is set aside |
"""

import logging

from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.backoff import Backoff
from rankcrawler.extensions.outage import GatewayOutage
from rankcrawler.extensions.refusals import Refusals
from rankcrawler.gateways.verdict import Action, is_outage
from rankcrawler.model.items import FailedPoll
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)


class FailedPolls:
    """Carries out the action of each failed poll."""

    def __init__(
        self, worker: Worker, outage: GatewayOutage, refusals: Refusals, backoff: Backoff, stats: StatsCollector
    ) -> None:
        self._worker = worker
        self._outage = outage
        self._refusals = refusals
        self._backoff = backoff
        self._stats = stats

    async def settle(self, lease: Lease, failed: FailedPoll, token: int) -> None:
        """End the lease of a failed poll, which used the token at that position."""
        action = Action(failed.action)
        self._stats.inc_value(statistics.POLLS + action.value)
        if action is Action.RETRY and is_outage(failed.status):
            self._gateway_failed(lease, failed.reason)
            return
        self._outage.answered()
        if action is Action.GONE:
            self._worker.settle(lease, Outcome.DEAD, reason=failed.reason)
        elif action is Action.STOP:
            self._worker.settle(lease, Outcome.RELEASE)
            await self._refusals.set_aside(token, failed.reason)
        elif action is Action.WAIT:
            pause = self._refusals.rest(token, failed.wait, failed.reason)
            self._worker.settle(lease, Outcome.DEFER, delay=pause, reason=failed.reason)
            await self._refusals.hold(pause, failed.reason)
        else:
            self.retry(lease, failed.reason)

    def retry(self, lease: Lease, reason: str) -> None:
        """Poll the room again after a delay, which counts as an attempt."""
        delay = self._backoff.delay(lease.attempt)
        self._worker.settle(lease, Outcome.RETRY, delay=delay, reason=reason)
        logger.info("Room %s, attempt %d: %s", lease.room_id, lease.attempt, reason)

    def _gateway_failed(self, lease: Lease, reason: str) -> None:
        """The gateway gave no usable answer: an attempt of the room's, unless it is part of an outage."""
        if self._outage.failed(lease.room_id, reason):
            self._stats.inc_value(statistics.POLLS_IN_OUTAGE)
            self._worker.settle(lease, Outcome.DEFER, delay=self._outage.delay(), reason=reason)
        else:
            self.retry(lease, reason)
