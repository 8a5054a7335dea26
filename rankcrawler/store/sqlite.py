"""SQLite: one file, which several workers of one machine may share.

The driver is apsw, with an SQLite of its own: it takes half of the time of Python's sqlite3, and is the same
everywhere. A process must not open a file by both, since neither knows of the other's locks.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import apsw

from rankcrawler.errors import RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.store import queries
from rankcrawler.store.database import Row
from rankcrawler.store.days import DAY_MS, KEY_BITS

VERSION = 3
"""The schema's version, kept in the file as user_version."""

_PASSING = (apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError, apsw.NoMemError)
_THE_POLLS_FAULT = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, UnicodeEncodeError, OverflowError)
TOGETHER = 256
"""Rows of one call, at most: apsw prepares a text of more than 16 KB anew each time."""
_OPENING = 30.0
"""Seconds that opening waits for others who open a new file at the same time."""
_PURGED = {"polls": 0, "snapshots": KEY_BITS, "entries": KEY_BITS, "quarantine": KEY_BITS}
"""The tables that have days, and how many bits stand below the milliseconds in their keys."""


class SqliteDatabase:
    """Opens, or creates, a file. `patience` is how many seconds a call waits for another writer."""

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        self.place = str(path)
        self._sql = queries.load("sqlite")
        self._repetitions: dict[tuple[str, int], str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = apsw.Connection(str(path), statementcachesize=256)
        except (OSError, apsw.Error) as error:
            raise StoreError(f"the SQLite store {path} cannot be opened: {error}") from error
        try:
            self._db.set_busy_timeout(round(patience * 1000))
            self._set_up(monotonic() + _OPENING)
            self._create(path)
        except apsw.Error as error:
            self._db.close()
            raise StoreError(f"the SQLite store {path} cannot be opened: {error}") from error
        except StoreError:
            self._db.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Alone with the file: BEGIN IMMEDIATE waits for another writer as long as patience lasts."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def prepare(self, days: Collection[int]) -> None:
        """Nothing: the file has no partitions."""

    def all(self, name: str, *values: Any) -> list[Row]:
        """The rows that a query gives."""
        with self._told():
            return self._db.execute(self._sql[name], values).fetchall()

    def each(self, name: str, rows: Sequence[Row]) -> list[list[Row]]:
        """The rows that a query gives for each set of values."""
        query = self._sql[name]
        with self._told():
            return [self._db.execute(query, row).fetchall() for row in rows]

    def find(self, name: str, rows: Sequence[Row]) -> list[Row]:
        """The rows that a query finds for many sets of values, in no order."""
        with self._told():
            return [row for cursor in self._together(name, rows) for row in cursor]

    def bulk(self, name: str, rows: Sequence[Row]) -> None:
        """Change something for each set of values."""
        for _ in self._together(name, rows):
            pass

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add whole rows to a table."""
        self.bulk(f"insert_{table}", rows)

    def sort_arrivals(self) -> None:
        """Have the rooms of users who came lately found by an index."""
        for name in ("sort_arrivals", "clear_arrivals"):
            self._db.execute(self._sql[name])

    def version(self) -> int:
        """Of the schema."""
        return int(self._db.execute("PRAGMA user_version").get)

    def size(self) -> int:
        """Bytes of the file and of what is not in it yet."""
        files = (Path(self.place), Path(f"{self.place}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove what is older than a day, a day at a time, so that nobody waits for long; the file shrinks."""
        removed = (0, 0, 0)
        while oldest := self.all("oldest_day", before_day * DAY_MS):
            end = min(oldest[0][0] + 1, before_day)
            with self.transaction():
                self._db.execute(self._sql["end_stays_of_purged"], (end * DAY_MS << KEY_BITS,))
                counts = [self._delete(table, end * DAY_MS << bits) for table, bits in _PURGED.items()]
            removed = (removed[0] + counts[0], removed[1] + counts[1], removed[2] + counts[2])
        with self._told():
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return removed

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _together(self, name: str, rows: Sequence[Row]) -> Iterator[apsw.Cursor]:
        """Run a query for rows, as many of them at once as the largest power of two has: few texts, and few calls.

        With each call Python's lock goes to the event loop and must come back.
        """
        at = 0
        while at < len(rows):
            count = min(1 << (len(rows) - at).bit_length() - 1, TOGETHER)
            values: list[Any] = []
            for row in rows[at : at + count]:
                values += row
            yield self._db.execute(self._repeated(name, count), values)
            at += count

    def _repeated(self, name: str, count: int) -> str:
        """The query with its first row of values so many times."""
        if (name, count) not in self._repetitions:
            before, values, rest = self._sql[name].partition("VALUES ")
            row, end, after = rest.partition(")")
            self._repetitions[name, count] = before + values + ", ".join([row + end] * count) + after
        return self._repetitions[name, count]

    def _delete(self, table: str, end: int) -> int:
        self._db.execute(self._sql[f"delete_{table}"], (end,))
        return self._db.changes()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors in the store's own words."""
        try:
            yield
        except _THE_POLLS_FAULT as error:
            raise RefusedByStore(f"the SQLite store refuses a poll: {error}") from error
        except apsw.Error as error:
            raised = StoreUnavailable if isinstance(error, _PASSING) else StoreError
            raise raised(f"the SQLite store {self.place} takes no more: {error}") from error

    def _set_up(self, deadline: float) -> None:
        """Of many that open a new file at once one can turn it to WAL, and SQLite has the others fail, not wait."""
        while True:
            try:
                self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except apsw.BusyError:
                if monotonic() > deadline:
                    raise
                sleep(0.01)
        self._db.execute("PRAGMA synchronous = FULL")

    def _create(self, path: Path) -> None:
        """Make the tables, once: BEGIN IMMEDIATE lets one of many workers that start together do it."""
        if self.version() == VERSION:
            return
        with self.transaction():
            found = self.version()
            if found > VERSION:
                raise StoreError(
                    f"{path} was written by a newer rankcrawler (version {found}, not {VERSION}): install that one, "
                    "or name another file"
                )
            if 0 < found < VERSION:
                raise StoreError(
                    f"{path} was written by an older rankcrawler (version {found}, not {VERSION}): "
                    "run `scrapy store migrate`"
                )
            if found == 0:
                for statement in queries.schema("sqlite").split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")
