"""A thread of its own for the store, so that no commit stops the event loop.

Snapshots that come while a commit runs are written together by the next one (group commit), so the worse
the disk, the larger the batches; how many can wait is bounded by the worker's window of leases.
"""

import asyncio
import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from rankcrawler.errors import RankcrawlerError, StoreError
from rankcrawler.items import RoomSnapshot
from rankcrawler.store.contract import Kept, Store

logger = logging.getLogger(__name__)

MAX_BATCH = 64
"""Snapshots in one transaction."""


class _Work(NamedTuple):
    snapshot: RoomSnapshot
    done: "asyncio.Future[Kept]"


class Writer:
    """Opens a store in its thread with `open_store`, and writes to it from within one event loop."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open_store = open_store
        self._inbox: SimpleQueue[_Work | None] = SimpleQueue()

    async def open(self) -> None:
        """Open the store; raises what opening it raises."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="rankcrawler-store", daemon=True)
        self._thread.start()
        await opened

    async def write(self, snapshot: RoomSnapshot) -> Kept:
        """Keep a snapshot: on disk when it returns. Raises StoreError where it could not be kept."""
        done: asyncio.Future[Kept] = self._loop.create_future()
        self._inbox.put(_Work(snapshot, done))
        return await done

    async def close(self) -> None:
        """Write what is still waiting, and close the store."""
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self, opened: "asyncio.Future[None]") -> None:
        try:
            store = self._open_store()
        except RankcrawlerError as error:
            self._loop.call_soon_threadsafe(opened.set_exception, error)
            return
        self._loop.call_soon_threadsafe(opened.set_result, None)
        closing = False
        while not closing:
            batch, closing = self._next_batch()
            results = _write(store, batch)
            self._loop.call_soon_threadsafe(_deliver, batch, results)
        store.close()

    def _next_batch(self) -> tuple[list[_Work], bool]:
        """At least one snapshot, and whatever else waits; and whether the end was reached."""
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


def _write(store: Store, batch: list[_Work]) -> list[Kept | StoreError]:
    """One transaction; where that fails, one each, so that a bad snapshot harms none of its neighbours."""
    try:
        return list(store.write([work.snapshot for work in batch]))
    except StoreError as error:
        if len(batch) == 1:
            return [error]
        logger.warning("A batch of %d snapshots failed, writing them one by one: %s", len(batch), error)
        return [_write(store, [work])[0] for work in batch]


def _deliver(batch: list[_Work], results: list[Kept | StoreError]) -> None:
    for work, result in zip(batch, results, strict=True):
        if work.done.cancelled():
            continue
        if isinstance(result, StoreError):
            work.done.set_exception(result)
        else:
            work.done.set_result(result)
