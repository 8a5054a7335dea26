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
THREADS_OF_SERVER = 2
"""The same with PostgreSQL, whose processes do not have the low priority of this one: a crawl goes first."""
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
        self.threads = THREADS if setup.store_url.startswith("sqlite:") else THREADS_OF_SERVER
        """How many questions are answered at a time."""
        self._threads = ThreadPoolExecutor(self.threads, thread_name_prefix="rankcrawler-desk")
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
        if self._asked >= self.threads + _WAITING:
            raise StoreUnavailable(tr("too many questions wait for an answer"))
        self._asked += 1
        try:
            run = copy_context().run  # so that an error speaks the language of the request
            answer = asyncio.get_running_loop().run_in_executor(self._threads, run, self._answer, question)
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


def _is_current(store: Questions) -> bool:
    """Whether the store is still in its place, and of this version."""
    try:
        store.records.database.state()
    except StoreError:
        return False
    return True
