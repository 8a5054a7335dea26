"""SQLite: one file, which several workers of one machine may share."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from rankcrawler.errors import RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.store import queries
from rankcrawler.store.database import Row
from rankcrawler.store.days import DAY_MS, KEY_BITS

VERSION = 3
"""The schema's version, kept in the file as user_version."""

_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
}
_THE_POLLS_FAULT = (sqlite3.IntegrityError, sqlite3.DataError, UnicodeEncodeError, OverflowError)
TOGETHER = 50
"""Rows of one INSERT."""
_OPENING = 30.0
"""Seconds that opening waits for others who open a new file at the same time."""
_PURGED = {"polls": 0, "snapshots": KEY_BITS, "entries": KEY_BITS, "quarantine": KEY_BITS}
"""The tables that have days, and how many bits stand below the milliseconds in their keys."""
_IDENTITY = {"users": 2}
"""How many columns of a row find it; one where nothing is said."""


class SqliteDatabase:
    """Opens, or creates, a file. `patience` is how many seconds a call waits for another writer."""

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        self.place = str(path)
        self._sql = queries.load("sqlite")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=patience, isolation_level=None, cached_statements=256)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the SQLite store {path} cannot be opened: {error}") from error
        try:
            self._set_up(monotonic() + _OPENING)
            self._create(path)
        except sqlite3.Error as error:
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

    def bulk(self, name: str, rows: Sequence[Row]) -> None:
        """Change something for each set of values."""
        self._db.executemany(self._sql[name], rows)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add whole rows to a table, TOGETHER of them with each call: SQLite takes three quarters of the time."""
        one = self._sql[f"insert_{table}"]
        rest = len(rows) % TOGETHER
        if len(rows) > rest:
            into, values, row = one.rstrip(";").partition("VALUES ")
            several = into + values + ", ".join([row] * TOGETHER)
            for at in range(rest, len(rows), TOGETHER):
                self._db.execute(several, [value for row in rows[at : at + TOGETHER] for value in row])
        self._db.executemany(one, rows[:rest])

    def rooms(self, wanted: Sequence[Row]) -> list[Row]:
        """What is known of rooms; new ones are added."""
        find, add = self._sql["find_room"], self._sql["add_room"]
        found: list[Row] = []
        for want in wanted:
            row = self._db.execute(find, want[:3]).fetchone()
            if row is None:
                self._db.execute(add, want)
                row = self._db.execute(find, want[:3]).fetchone()
            found.append(row)
        return found

    def sort_arrivals(self) -> None:
        """Have the rooms of users who came lately found by an index."""
        for name in ("sort_arrivals", "clear_arrivals"):
            self._db.execute(self._sql[name])

    def keys(self, table: str, rows: Sequence[Row]) -> list[int]:
        """The keys of rows that are kept once."""
        find, add, width = self._sql[f"find_{table}"], self._sql[f"add_{table}"], _IDENTITY.get(table, 1)
        keys: list[int] = []
        for row in rows:
            found = self._db.execute(find, row[:width]).fetchone()
            key = found[0] if found else self._db.execute(add, row).lastrowid
            assert key is not None
            keys.append(key)
        return keys

    def version(self) -> int:
        """Of the schema."""
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

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
                self.bulk("end_stays_of_purged", [(end * DAY_MS << KEY_BITS,)])
                counts = [self._delete(table, end * DAY_MS << bits) for table, bits in _PURGED.items()]
            removed = (removed[0] + counts[0], removed[1] + counts[1], removed[2] + counts[2])
        with self._told():
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return removed

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _delete(self, table: str, end: int) -> int:
        return self._db.execute(self._sql[f"delete_{table}"], (end,)).rowcount

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors in the store's own words."""
        try:
            yield
        except _THE_POLLS_FAULT as error:
            raise RefusedByStore(f"the SQLite store refuses a poll: {error}") from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte names the family
            raised = StoreUnavailable if code in _PASSING else StoreError
            raise raised(f"the SQLite store {self.place} takes no more: {error}") from error

    def _set_up(self, deadline: float) -> None:
        """Of many that open a new file at once one can turn it to WAL, and SQLite has the others fail, not wait."""
        while True:
            try:
                self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
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
