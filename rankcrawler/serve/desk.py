"""Reads the store in a thread of its own, so that no question keeps the others from being heard."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rankcrawler.errors import DamagedList, StoreError
from rankcrawler.store import locate
from rankcrawler.store.database import Database
from rankcrawler.store.reading import Reading

T = TypeVar("T")


class Desk:
    """Opens the store at an address when it is first asked, to be read and never changed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rankcrawler-desk")
        self._database: Database | None = None

    async def ask(self, question: Callable[[Reading], T]) -> T:
        """The answer to a question; raises StoreError if the store is missing, or cannot be used now."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def close(self) -> None:
        """Close the store."""
        self._thread.submit(self._forget).result()
        self._thread.shutdown()

    def _answer(self, question: Callable[[Reading], T]) -> T:
        if self._database is None:
            self._database = locate.open_database(self._url, is_read_only=True)
        try:
            return question(Reading(self._database))
        except DamagedList:
            raise
        except StoreError:  # the file may have been replaced, or the server restarted
            self._forget()
            raise

    def _forget(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()
