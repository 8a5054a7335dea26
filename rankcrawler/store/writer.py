"""Runs the store in a thread of its own, so that a commit never blocks the event loop.

Polls that arrive during a commit are written together by the next one (group commit): the slower the disk, the larger
the batches. The worker's window of leases bounds how many wait. The writer waits for a store that is unavailable;
meanwhile the worker leases nothing more, and no attempt is counted.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar

from rankcrawler.distribution import Distribution
from rankcrawler.errors import RankcrawlerError, RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.faultlog import FaultLog
from rankcrawler.language import tr
from rankcrawler.model.items import Poll
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store.contract import Kept, Store

T = TypeVar("T")

logger = logging.getLogger(__name__)

MAX_BATCH = 64
"""Polls per transaction."""
BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""The bounds between which batches are counted."""
PATIENCE = 3.0
"""Seconds that the writer still waits for an unavailable store once the crawl has ended."""
_PAUSE = 0.5
OPENING = 10.0
"""Seconds that a store which is starting up gets before the crawl gives up."""


class _Work(NamedTuple):
    poll: Poll
    done: "asyncio.Future[Kept]"


class _Note(NamedTuple):
    change: SessionChange
    done: "asyncio.Future[None]"


class Writer:
    """Opens a store with `open_store` in its thread, and writes to it for one event loop.

    `is_wanted` returns whether the crawl goes on; until it ends, the writer waits for a store that is unavailable.
    """

    def __init__(self, open_store: Callable[[], Store], is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._open_store = open_store
        self._is_wanted = is_wanted
        self._inbox: SimpleQueue[_Work | _Note | None] = SimpleQueue()
        self._waiting: set[asyncio.Future[Any]] = set()
        self._given_up = Event()
        self.batches = Distribution(BATCH_SECONDS)
        """How long batches took, in seconds: with waits for a store that was unavailable."""
        self.written = 0
        """Polls in them, kept or not."""
        self._outage = FaultLog("The store cannot be written, trying again", "The store can be written again")

    async def open(self) -> None:
        """Open the store; raises what `open_store` raises."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="rankcrawler-store", daemon=True)
        self._thread.start()
        await opened
        self._watch = asyncio.create_task(self._give_up_after_the_crawl())

    async def write(self, poll: Poll) -> Kept:
        """Keep a poll, on disk on return.

        Raises StoreUnavailable if the crawl ended first, RefusedByStore if this poll can never be kept, and another
        StoreError if no poll can be kept any more.
        """
        if self._given_up.is_set():
            raise StoreUnavailable(tr("the crawl has ended"))
        done: asyncio.Future[Kept] = self._loop.create_future()
        self._waiting.add(done)
        done.add_done_callback(self._waiting.discard)
        self._inbox.put(_Work(poll, done))
        return await done

    async def note(self, change: SessionChange) -> None:
        """Take in what has become of a session, on disk on return; raises as write()."""
        if self._given_up.is_set():
            raise StoreUnavailable(tr("the crawl has ended"))
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting.add(done)
        done.add_done_callback(self._waiting.discard)
        self._inbox.put(_Note(change, done))
        await done

    async def close(self) -> None:
        """Write what still waits, and close the store."""
        self._watch.cancel()
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join, PATIENCE)

    async def _give_up_after_the_crawl(self) -> None:
        while self._is_wanted():  # noqa: ASYNC110 - Scrapy sends no signal before everything is over
            await asyncio.sleep(0.2)
        await asyncio.sleep(PATIENCE)
        self._given_up.set()
        for done in [*self._waiting]:
            if not done.done():
                done.set_exception(StoreUnavailable(tr("the crawl was stopped before the store could keep it")))

    def _run(self, opened: "asyncio.Future[None]") -> None:
        try:
            store = self._open_patiently()
        except RankcrawlerError as error:
            self._loop.call_soon_threadsafe(opened.set_exception, error)
            return
        except Exception as defect:  # those who wait would wait forever
            logger.exception("The store has a defect")
            unopened = StoreError(
                tr("the store cannot be opened: a defect, {name}: {defect}", name=type(defect).__name__, defect=defect)
            )
            self._loop.call_soon_threadsafe(opened.set_exception, unopened)
            return
        self._loop.call_soon_threadsafe(opened.set_result, None)
        closing = False
        while not closing:
            batch, closing = self._next_batch()
            polls = [each for each in batch if isinstance(each, _Work)]
            if polls or not batch:
                self._loop.call_soon_threadsafe(_deliver, polls, self._write_batch(store, polls))
            if len(polls) < len(batch):
                notes = [each for each in batch if isinstance(each, _Note)]
                self._loop.call_soon_threadsafe(_deliver, notes, self._note(store, notes))
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

    def _next_batch(self) -> tuple[list[_Work | _Note], bool]:
        """At least one poll or note, with all that wait behind it, and whether to close."""
        batch: list[_Work | _Note] = []
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

    def _write_batch(self, store: Store, batch: Sequence[_Work]) -> list[Kept | StoreError]:
        began = monotonic()
        results = self._write(store, batch)
        if batch:
            self.batches.add(monotonic() - began)
            self.written += len(batch)
        return results

    def _write(self, store: Store, batch: Sequence[_Work]) -> list[Kept | StoreError]:
        """One transaction; if the store refuses a poll, one for each half, so that the others are kept."""
        try:
            polls = [work.poll for work in batch]
            return [*self._patiently(lambda: store.write(polls))]
        except RefusedByStore as error:
            if len(batch) == 1:
                return [error]
            logger.warning("The store refuses a batch of %d polls, writing it in halves: %s", len(batch), error)
        except StoreError as error:
            return [error for _ in batch]
        except Exception as defect:  # of one poll, as far as anyone can know: the others are kept
            if len(batch) == 1:
                room_id = batch[0].poll.target.room_id
                message = "Room %s: the store has a defect, and cannot keep the poll"
                logger.exception(message, room_id, extra={"room": room_id})
                kind = type(defect).__name__
                return [RefusedByStore(tr("room {room}: a defect of the store, {kind}", room=room_id, kind=kind))]
        middle = len(batch) // 2
        return self._write(store, batch[:middle]) + self._write(store, batch[middle:])

    def _note(self, store: Store, batch: Sequence[_Note]) -> list[StoreError | None]:
        """The same for notes, which the store takes in together; one by one, if it refuses that."""
        changes = [note.change for note in batch]
        try:
            self._patiently(lambda: store.note(changes))
        except StoreError as error:
            if len(batch) == 1 or not isinstance(error, RefusedByStore):
                return [error for _ in batch]
            return [self._note(store, [note])[0] for note in batch]
        except Exception as defect:  # those who wait would wait forever
            logger.exception("The store has a defect, and cannot note sessions")
            kind = type(defect).__name__
            return [StoreError(tr("sessions cannot be noted: a defect of the store, {kind}", kind=kind)) for _ in batch]
        return [None for _ in batch]

    def _patiently(self, write: Callable[[], T]) -> T:
        while True:
            try:
                kept = write()
            except StoreUnavailable as error:
                self._outage.note(error)
                if self._given_up.wait(_PAUSE):
                    raise
            else:
                self._outage.over()
                return kept


def _deliver(batch: Sequence[_Work | _Note], results: Sequence[Any]) -> None:
    for work, result in zip(batch, results, strict=True):
        if work.done.done():
            continue
        if isinstance(result, StoreError):
            work.done.set_exception(result)
        else:
            work.done.set_result(result)
