"""Follows anchors: looks them up in batches, polls the rooms that they are live in, notes their sessions in the store.

| what a look finds | the anchor's lease |
|---|---|
| live or offline | done, with the anchor's note; what follows from it is done before |
| unknown | retry, at first soon, then ever more rarely until a look succeeds; defer during an outage |
| the gateway asks to wait | defer until a token may be used again |
| the gateway refuses the token | release, and the token is set aside |
| the profile has no call for the anchor | dead |

What follows from a look is written into the anchor's note before it is done, and is done again by the next worker if
this one dies on the way. Each part of it may be done twice: to push or conclude a room, to begin or end a session.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from scrapy.exceptions import DownloadCancelledError
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.backoff import Backoff
from rankcrawler.errors import GatewayError, QueueError, StoreError
from rankcrawler.extensions.looking import Looking
from rankcrawler.extensions.outage import GatewayOutage
from rankcrawler.extensions.refusals import Refusals
from rankcrawler.extensions.sessions import Led, Sessions
from rankcrawler.gateways.discovery import Answered, Lookup
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.verdict import Action, form
from rankcrawler.model.anchors import Anchor, Look, State
from rankcrawler.model.sessions import Followed
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.tasks import Tasks
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)

PAUSED_SECONDS = 3600.0
"""How often it is seen whether an anchor is still paused."""
DOUBTED_EVERY = 30
"""So often, in looks, the rooms of anchors who seem to be live are asked about, many in one call."""


class Parts(NamedTuple):
    """What the two sides of a crawl share: the polls of rooms, and the looks at anchors."""

    rooms: RoomQueue
    poller: Worker
    """Holds the leases of rooms."""
    refusals: Refusals
    backoff: Backoff


class Following:
    """Looks up the anchors of one queue, whose rooms go to another."""

    def __init__(
        self,
        anchors: AnchorQueue,
        worker: Worker,
        parts: Parts,
        gateway: Gateway,
        looking: Looking,
        sessions: Sessions,
        stats: StatsCollector,
    ) -> None:
        self._anchors = anchors
        self._worker = worker
        self._outage = GatewayOutage(parts.backoff, None)
        self._refusals, self._backoff = parts.refusals, parts.backoff
        self._discovery = gateway.discovery
        self._rooms = parts.rooms
        self._now_ms = parts.poller.now_ms
        self._looking = looking
        self._stats = stats
        self._sessions = sessions
        self._tasks = Tasks(on_failure=worker.stop)

    def open(self) -> None:
        """Begin to look anchors up, until close()."""
        self._worker.open()
        self._tasks.start(self._run())

    def is_busy(self) -> bool:
        """Whether there are anchors to follow."""
        return self._worker.tally.pending > 0

    async def close(self) -> None:
        """Stop, and give back what is leased."""
        self._worker.stop()
        await self._tasks.cancel()
        await self._worker.close()

    async def _run(self) -> None:
        try:
            async for leases in self._worker.grants():
                for lookup, led in await self._batches(leases):
                    await self._outage.turn()
                    self._tasks.start(self._look(lookup, led))
        except (QueueError, GatewayError) as error:  # the crawl itself finds out, too, and ends
            logger.info("No anchor is looked up any more: %s", error)

    async def _batches(self, leases: Sequence[Lease]) -> list[tuple[Lookup, list[Led]]]:
        """Leased anchors, by the calls that look them up; ends the leases of those that are not looked up."""
        try:
            known = await self._anchors.known(leases)
        except FAULTS as error:
            for lease in leases:
                self._retry(lease, str(error))
            return []
        calls: dict[str, list[Led]] = {}
        for lease, (plan, followed) in zip(leases, known, strict=True):
            anchor = Anchor.named(lease.room_id)
            if plan.is_paused:
                self._worker.settle(lease, Outcome.DONE, delay=PAUSED_SECONDS)
            elif missing := self._discovery.missing(anchor):
                logger.error("Anchor %s: %s", anchor.name, missing, extra=lease.fields)
                self._worker.settle(lease, Outcome.DEAD, reason=missing)
            else:
                calls.setdefault(anchor.by, []).append(Led(lease, anchor, plan, followed))
        return [batch for by, led in calls.items() for batch in self._cut(by, led)]

    def _cut(self, by: str, led: Sequence[Led]) -> Iterator[tuple[Lookup, list[Led]]]:
        lookup = self._discovery.of(Anchor(by, ""))
        assert lookup is not None
        for start in range(0, len(led), lookup.batch):
            yield lookup, [*led[start : start + lookup.batch]]

    async def _look(self, lookup: Lookup, led: Sequence[Led]) -> None:
        """Look anchors up in one call, and do what follows."""
        try:
            answered, token = await self._looking.ask(lookup, [each.anchor.id for each in led])
        except DownloadCancelledError:  # the crawl ends, and gives the leases back
            return
        action = answered.verdict.action
        if action is Action.STOP:
            self._outage.reached()
            self._release(led)
            await self._refusals.set_aside(token, answered.verdict.reason)
        elif action is Action.WAIT:
            await self._wait(led, answered, token)
        elif action is not Action.READ:
            self._unanswered(led, answered)
        else:
            self._outage.answered()
            await self._read(led, answered)

    async def _read(self, led: Sequence[Led], answered: Answered) -> None:
        """Do what follows from the looks of a call.

        A room that is live as before is asked about itself if it is not polled any more, since the gateway said that it
        is gone; and all are now and then: some show replays.
        """
        looks = {each.anchor.name: answered.looks[each.anchor.id] for each in led}
        known = {each.anchor.name: each.known for each in led}
        try:
            seen = [look.room_id for look in looks.values() if look.room_id is not None]
            polled = await self._rooms.polled(seen)
            if self._is_turn(led):
                polled -= await self._looking.doubted(looks, known)
        except DownloadCancelledError:
            return
        except FAULTS as error:
            for each in led:
                self._retry(each.lease, str(error))
            return
        await asyncio.gather(
            *(
                self._take(each, look, is_certain=look.room_id in polled)
                for each, look in zip(led, looks.values(), strict=True)
            )
        )

    def _is_turn(self, led: Sequence[Led]) -> bool:
        """Whether the rooms of a call are asked about this time: one call in DOUBTED_EVERY is."""
        first = led[0]
        number = self._now_ms() // max(round((first.lease.schedule.every or 0.0) * 1000), 1)
        return number % DOUBTED_EVERY == crc32(first.anchor.name.encode()) % DOUBTED_EVERY

    async def _wait(self, led: Sequence[Led], answered: Answered, token: int) -> None:
        self._outage.reached()
        reason = answered.verdict.reason
        pause = self._refusals.rest(token, answered.verdict.seconds, reason)
        for each in led:
            self._worker.settle(each.lease, Outcome.DEFER, delay=pause, reason=reason)
        await self._refusals.hold(pause, reason)

    def _unanswered(self, led: Sequence[Led], answered: Answered) -> None:
        """The call failed as a whole: an attempt of each anchor's, unless there is an outage."""
        reason, seen = answered.verdict.reason, answered.seen
        is_outage = self._outage.failed(led[0].anchor.name, reason, form(seen.status, seen.code, seen.status_code))
        for each in led:
            self._stats.inc_value(statistics.LOOKS + State.UNKNOWN.value)
            if is_outage:
                self._worker.settle(each.lease, Outcome.DEFER, delay=self._outage.delay(), reason=reason)
            else:
                self._retry(each.lease, reason)

    async def _take(self, led: Led, look: Look, *, is_certain: bool) -> None:
        """Do what follows from a look, and settle it."""
        try:
            look = await self._looking.examined(look, led.known, led.lease.attempt, is_certain=is_certain)
            self._stats.inc_value(statistics.LOOKS + look.state.value)
            if look.state is State.UNKNOWN:
                self._retry(led.lease, look.reason)
            elif (known := await self._sessions.follow(led, look)) is not None:
                self._settle(led, known)
        except DownloadCancelledError:
            return
        except (*FAULTS, StoreError) as error:
            self._retry(led.lease, f"{type(error).__name__}: {error}"[:300])

    def _settle(self, led: Led, known: Followed) -> None:
        """Settle a look. Anchors that were added together are looked up one after the other from then on."""
        spread = 0.0
        if not led.lease.was_polled:
            spread = (led.lease.schedule.every or 0.0) * (0.5 + crc32(led.anchor.name.encode()) / 2**32)
        self._worker.settle(led.lease, Outcome.DONE, delay=spread, reason=known.as_json())

    def _retry(self, lease: Lease, reason: str) -> None:
        logger.info("Anchor %s, attempt %d: %s", lease.room_id, lease.attempt, reason, extra=lease.fields)
        self._worker.settle(lease, Outcome.RETRY, delay=self._backoff.delay(lease.attempt), reason=reason)

    def _release(self, led: Sequence[Led]) -> None:
        for each in led:
            self._worker.settle(each.lease, Outcome.RELEASE)
