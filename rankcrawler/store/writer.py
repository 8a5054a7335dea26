"""A thread of its own for the store, so that no commit stops the event loop.

Polls that come while a commit runs are written together by the next one (group commit), so the worse
the disk, the larger the batches; how many can wait is bounded by the worker's window of leases. A store
that is unavailable is waited for: nothing more is leased meanwhile, and no attempt is counted.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic, sleep
from typing import NamedTuple

from rankcrawler.errors import RankcrawlerError, RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.faultlog import FaultLog
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.store.contract import Kept, Store

logger = logging.getLogger(__name__)

MAX_BATCH = 64
"""Polls in one transaction."""
PATIENCE = 3.0
"""Seconds that an unavailable store is still waited for when nobody wants the writer to wait any more."""
_PAUSE = 0.5
OPENING = 10.0
"""Seconds that a store which is just starting, or restarting, has until the crawl gives up."""


class _Work(NamedTuple):
    poll: RoomSnapshot | FailedPoll
    done: "asyncio.Future[Kept]"


class Writer:
    """Opens a store in its thread with `open_store`, and writes to it from within one event loop.

    `is_wanted` tells whether the crawl goes on: until it ends, a store that is unavailable is waited for.
    """

    def __init__(self, open_store: Callable[[], Store], is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._open_store = open_store
        self._is_wanted = is_wanted
        self._inbox: SimpleQueue[_Work | None] = SimpleQueue()
        self._waiting: set[asyncio.Future[Kept]] = set()
        self._given_up = Event()
        self._outage = FaultLog("The store cannot be written, trying again", "The store can be written again")

    async def open(self) -> None:
        """Open the store; raises what opening it raises."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="rankcrawler-store", daemon=True)
        self._thread.start()
        await opened
        self._watch = asyncio.create_task(self._give_up_after_the_crawl())

    async def write(self, poll: RoomSnapshot | FailedPoll) -> Kept:
        """Keep a poll: on disk when it returns.

        StoreUnavailable where the crawl ended before it could be kept, RefusedByStore where it never can be;
        another StoreError where nothing can be any more.
        """
        if self._given_up.is_set():
            raise StoreUnavailable("the crawl has ended")
        done: asyncio.Future[Kept] = self._loop.create_future()
        self._waiting.add(done)
        done.add_done_callback(self._waiting.discard)
        self._inbox.put(_Work(poll, done))
        return await done

    async def close(self) -> None:
        """Write what is still waiting, and close the store."""
        self._watch.cancel()
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join, PATIENCE)

    async def _give_up_after_the_crawl(self) -> None:
        while self._is_wanted():  # noqa: ASYNC110 - Scrapy tells its components only when all is over
            await asyncio.sleep(0.2)
        await asyncio.sleep(PATIENCE)
        self._given_up.set()
        for done in [*self._waiting]:
            if not done.done():
                done.set_exception(StoreUnavailable("the crawl was stopped before the store could keep it"))

    def _run(self, opened: "asyncio.Future[None]") -> None:
        try:
            store = self._open_patiently()
        except RankcrawlerError as error:
            self._loop.call_soon_threadsafe(opened.set_exception, error)
            return
        self._loop.call_soon_threadsafe(opened.set_result, None)
        closing = False
        while not closing:
            batch, closing = self._next_batch()
            results = self._write(store, batch)
            self._loop.call_soon_threadsafe(_deliver, batch, results)
        store.close()

    def _open_patiently(self) -> Store:
        deadline = monotonic() + OPENING
        while True:
            try:
                return self._open_store()
            except StoreUnavailable as error:
                if not self._is_wanted() or monotonic() > deadline:
                    raise
                self._outage.note(error)
                sleep(_PAUSE)

    def _next_batch(self) -> tuple[list[_Work], bool]:
        """At least one poll, and whatever else waits; and whether the end was reached."""
        batch: list[_Work] = []
        work = self._inbox.get()
        while work is not None:
            batch.append(work)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                work = self._inbox.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _write(self, store: Store, batch: Sequence[_Work]) -> list[Kept | StoreError]:
        """One transaction; where a poll is refused one for each half, so that it harms none of its neighbours."""
        try:
            return [*self._write_patiently(store, [work.poll for work in batch])]
        except RefusedByStore as error:
            if len(batch) == 1:
                return [error]
            logger.warning("A batch of %d polls is refused, and is written in halves: %s", len(batch), error)
            middle = len(batch) // 2
            return self._write(store, batch[:middle]) + self._write(store, batch[middle:])
        except StoreError as error:
            return [error for _ in batch]
        except Exception as defect:  # the thread must live: nobody else answers those who wait
            logger.exception("The store has a defect")
            return [StoreError(f"a defect, {type(defect).__name__}") for _ in batch]

    def _write_patiently(self, store: Store, polls: list[RoomSnapshot | FailedPoll]) -> list[Kept]:
        while True:
            try:
                kept = store.write(polls)
            except StoreUnavailable as error:
                self._outage.note(error)
                if self._given_up.wait(_PAUSE):
                    raise
            else:
                self._outage.over()
                return kept


def _deliver(batch: list[_Work], results: list[Kept | StoreError]) -> None:
    for work, result in zip(batch, results, strict=True):
        if work.done.done():
            continue
        if isinstance(result, StoreError):
            work.done.set_exception(result)
        else:
            work.done.set_result(result)
