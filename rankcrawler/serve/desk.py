"""Where questions are asked of the store: in a few threads, so that no question keeps the others from being heard."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock, local
from typing import TypeVar

from rankcrawler.errors import DamagedList, NotInStore, StoreError, StoreUnavailable, TookTooLong
from rankcrawler.insight import opening
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.veil import Veil
from rankcrawler.language import tr
from rankcrawler.serve.setup import Setup
from rankcrawler.store.known_lists import KnownLists

T = TypeVar("T")

THREADS = 4
"""Questions that are answered at a time, each on a connection of its own."""
TURN = 0.25
"""Seconds for which a question is alone; one that takes longer lets the next begin. A crawl goes first, and PostgreSQL
does not have the low priority of this process."""
LONGEST = 10.0
"""Seconds that a question may take: it would keep all others from one of the threads."""
_WAITING = 1000
"""Questions that may wait; the server refuses more, because their clients would give up before it is their turn."""


class Desk:
    """Opens the store when it is first asked, to be read and never changed, and again when it has failed.

    So it serves a store that comes later, that was away, locked or replaced, or that was migrated, as soon as it can.
    """

    def __init__(self, setup: Setup, now_ms: Callable[[], int] | None = None, longest: float | None = None) -> None:
        self._setup = setup
        self._longest = LONGEST if longest is None else longest
        self.now_ms = now_ms
        """Milliseconds since 1970; None for this machine's clock."""
        self.veil = Veil(setup.pseudonyms)
        """What hides the people in answers, if PSEUDONYMISE_KEY is set."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="rankcrawler-desk")
        self._turns = asyncio.Semaphore(1)
        self._here = local()
        self._opened: set[Questions] = set()
        self._known = KnownLists()
        self._lock = Lock()
        self._asked = 0

    @property
    def waiting(self) -> int:
        """How many questions are answered now, or wait for it."""
        return self._asked

    async def ask(self, question: Callable[[Questions], T]) -> T:
        """What a function of the store returns; names of people are replaced, if they are to be.

        Raises as the methods of Questions, StoreError if the store is missing, or cannot be used now, and TookTooLong.
        """
        if self._asked >= THREADS + _WAITING:
            raise StoreUnavailable(tr("too many questions wait for an answer"))
        self._asked += 1
        try:
            turn, loop = await _Turn.of(self._turns), asyncio.get_running_loop()
            run = copy_context().run  # so that an error speaks the language of the request
            answer = loop.run_in_executor(self._threads, run, self._answer, question)
            answer.add_done_callback(turn.end)
            loop.call_later(TURN, turn.end)
            return await asyncio.shield(answer)
        finally:
            self._asked -= 1

    def close(self) -> None:
        """Close the store, after the questions that are being answered."""
        self._threads.shutdown(cancel_futures=True)
        for store in self._opened:
            store.close()

    def _answer(self, question: Callable[[Questions], T]) -> T:
        try:
            return self.veil.over(question(self._store()))
        except (DamagedList, NotInStore, TookTooLong):
            raise
        except StoreError:  # the file may have been replaced, or the server restarted
            self._forget()
            raise

    def _store(self) -> Questions:
        """The store as this thread has it open; one that was replaced or migrated meanwhile is opened again."""
        store: Questions | None = getattr(self._here, "store", None)
        if store is not None and not _is_current(store):
            self._forget()
            store = None
        if store is None:
            store = self._here.store = opening.opened(
                self._setup.store_url, self._setup.zone, self.now_ms, self._longest
            )
            store.records.known = self._known
            with self._lock:
                self._opened.add(store)
        return store

    def _forget(self) -> None:
        store: Questions | None = getattr(self._here, "store", None)
        self._here.store = None
        self._known = KnownLists()  # another store may come in its place
        if store is not None:
            with self._lock:
                self._opened.discard(store)
            store.close()


class _Turn:
    """A question's right to be asked."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns: asyncio.Semaphore | None = turns

    @classmethod
    async def of(cls, turns: asyncio.Semaphore) -> "_Turn":
        """The next turn that is free."""
        await turns.acquire()
        return cls(turns)

    def end(self, _: object = None) -> None:
        """Let another have it; ending it twice is harmless."""
        turns, self._turns = self._turns, None
        if turns is not None:
            turns.release()


def _is_current(store: Questions) -> bool:
    """Whether the store is still in its place, and of this version."""
    try:
        store.records.database.state()
    except StoreError:
        return False
    return True
