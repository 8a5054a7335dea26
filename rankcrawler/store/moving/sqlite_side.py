"""A SQLite file that is copied, or copied to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store.database import Record
from rankcrawler.store.dialects import SQLITE
from rankcrawler.store.moving.held import Held

_PATIENCE_MS = 5000
"""How long a call waits for a writer."""


class SqliteSide:
    """A file that is there."""

    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        self.place = str(path.absolute())
        with self._translated():
            self._database = apsw.Connection(str(path), apsw.SQLITE_OPEN_READWRITE)
            self._database.set_busy_timeout(_PATIENCE_MS)
            self._database.execute("PRAGMA synchronous = FULL")

    def run(self, query: str, values: Sequence[Any] = ()) -> list[Record]:
        """Run a query; returns its records."""
        with self._translated():
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Locks out other writers from its beginning on."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def unwritten(self) -> Iterator[None]:
        """The file has one lock for writers, and this holds it."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")

    def add(self, table: Held, rows: Sequence[Record]) -> None:
        """Add records."""
        columns, values = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        with self._translated():
            self._database.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({values})", rows)  # noqa: S608

    def prepare(self, table: Held, rows: Sequence[Record]) -> None:
        """Do nothing: the file has no partitions."""

    def version(self) -> int:
        """The schema's version; 0 if there are no tables."""
        return int(self.run("PRAGMA user_version")[0][0])

    def set_version(self, version: int) -> None:
        """Set it."""
        self.run(SQLITE.set_version.format(version=version))

    def complete(self, tables: Sequence[Held]) -> None:
        """Do nothing: a new key follows the largest."""

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except apsw.BusyError as error:
            raise StoreError(
                tr("{place} is in use: stop the workers first ({error})", place=self.place, error=error)
            ) from error
        except apsw.Error as error:
            raise StoreError(
                tr("the SQLite store {place} cannot be used: {error}", place=self.place, error=error)
            ) from error
