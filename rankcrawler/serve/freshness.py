"""Has a room polled whose list is too old, and waits for the worker's answer."""

import asyncio
import time

from rankcrawler.clock import ms
from rankcrawler.errors import RankcrawlerError
from rankcrawler.insight import watching
from rankcrawler.insight.questions import Questions
from rankcrawler.queue.job import Job
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.queues import Queues

PATIENCE = 10.0
"""Seconds to wait for a worker."""
_PAUSE = 0.1
"""Seconds between looks at the store."""


class Freshness:
    """Polls each room once, however many clients wait for it."""

    def __init__(self, desk: Desk, queues: Queues, patience: float = PATIENCE) -> None:
        self._desk = desk
        self._queues = queues
        self._patience = patience
        self._polls: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def wait(self, kind: str, job: Job, seconds: float) -> None:
        """Return when the room's latest list is no older than so many seconds, or a worker has polled the room.

        Gives up after PATIENCE, and at once if the queue or the store cannot be used: then what there is must do.
        """
        if await self._is_fresh(kind, job.room_id, seconds):
            return
        name = kind, job.room_id
        if name not in self._polls:
            poll = self._polls[name] = asyncio.create_task(self._poll(kind, job))
            poll.add_done_callback(lambda _: self._polls.pop(name, None))
        await asyncio.shield(self._polls[name])

    async def _is_fresh(self, kind: str, room_id: str, seconds: float) -> bool:
        found = await self._desk.ask(lambda store: store.records.latest(room_id, kind=kind))
        return found is not None and time.time_ns() // 1_000_000 - ms(found.polled_at) <= seconds * 1000

    async def _poll(self, kind: str, job: Job) -> None:
        """Push the room, and wait until a poll of it is in the store."""

        def last(store: Questions) -> int:
            return watching.last_poll(store.records, job.room_id, kind)

        try:
            before = await self._desk.ask(last)
            await self._queues.change(kind, lambda queue: queue.push([job]))
            async with asyncio.timeout(self._patience):
                while await self._desk.ask(last) == before:  # noqa: ASYNC110 — another process writes it
                    await asyncio.sleep(_PAUSE)
        except (RankcrawlerError, TimeoutError):
            return
