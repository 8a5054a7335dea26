"""Looks at the queue and the store for Prometheus. A look changes nothing, and takes a few seconds at most."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from rankcrawler.errors import NoQueue, QueueError, StoreError
from rankcrawler.insight import health
from rankcrawler.insight.health import HourCounts, ListAges
from rankcrawler.insight.questions import Questions
from rankcrawler.language import english
from rankcrawler.metrics import fleet
from rankcrawler.metrics.metric import Readings
from rankcrawler.model.kinds import KINDS
from rankcrawler.queue import status
from rankcrawler.queue.access import anchors_beside
from rankcrawler.queue.anchor_queue import Looks
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.status import Status
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.events.feed import Feed
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.stored_counts import StoredCounts
from rankcrawler.store.days import HOUR_MS

PATIENCE = 5.0
"""Seconds that the store has to answer; the queue has as long."""
FRESH = 5.0
"""Seconds for which a look stands, however often it is asked for."""


class _Stored(NamedTuple):
    """What a look at the store finds."""

    size: int
    ages: dict[str, ListAges]
    hours: list[HourCounts]


class FleetMetrics:
    """Reads the metrics of a fleet: one look for all who ask at the same time."""

    def __init__(
        self,
        desk: Desk,
        queues: Queues,
        feed: Feed,
        now_ms: Callable[[], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._queues = queues
        self._feed = feed
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._clock = clock
        self._counts = StoredCounts()
        self._looking = asyncio.Lock()
        self._seen: tuple[float, Readings] | None = None

    async def read(self) -> Readings:
        """The metrics, at most FRESH seconds old. What cannot be reached is down, and has no others."""
        async with self._looking:
            if self._seen is None or self._clock() - self._seen[0] >= FRESH:
                with english():
                    self._seen = self._clock(), await self._look()
            return self._seen[1]

    async def _look(self) -> Readings:
        found = fleet.begin()
        await asyncio.gather(self._look_at_store(found), self._look_at_queues(found))
        found.add(fleet.QUESTIONS, self._desk.waiting)
        found.add(fleet.STREAMS, self._feed.listeners)
        return found

    async def _look_at_queues(self, found: Readings) -> None:
        if self._queues.options is None:
            return
        seen = [now for kind in KINDS if (now := await self._look_at_queue(found, kind)) is not None]
        if seen:
            fleet.add_gate(found, seen[0])

    async def _look_at_queue(self, found: Readings, kind: str) -> Status | None:
        options = self._queues.options
        assert options is not None

        async def asked(queue: RoomQueue) -> tuple[Status, Looks]:
            return await status.status(queue), await anchors_beside(queue, options, kind).looks()

        try:
            now, looks = await self._queues.ask(kind, asked)
        except NoQueue:  # no crawl has begun on this machine yet
            return None
        except QueueError:
            found.add(fleet.QUEUE_UP, 0, kind)
            return None
        found.add(fleet.QUEUE_UP, 1, kind)
        fleet.add_queue(found, kind, now, looks)
        return now

    async def _look_at_store(self, found: Readings) -> None:
        hour = self._now_ms() // HOUR_MS

        def asked(store: Questions) -> _Stored:
            ground = store.records
            with ground.database.unchanging():
                ages, hours = health.list_ages(ground), health.counted_since(ground, self._counts.first(hour))
            return _Stored(ground.database.size(), ages, hours)

        try:
            async with asyncio.timeout(PATIENCE):
                stored = await self._desk.ask(asked)
        except (StoreError, TimeoutError):
            found.add(fleet.STORE_UP, 0)
            return
        self._counts.take(hour, stored.hours)
        found.add(fleet.STORE_UP, 1)
        found.add(fleet.STORE_SIZE, stored.size)
        for kind, ages in stored.ages.items():
            fleet.add_ages(found, kind, ages)
        for kind, counts in self._counts.totals().items():
            fleet.add_counts(found, kind, counts)
