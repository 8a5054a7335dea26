"""SQLite: one file, which several workers on one machine may share.

The driver is apsw, which brings its own SQLite: it takes half the time of Python's sqlite3 and is the same everywhere.
A process must not open a file with both, because neither sees the other's locks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import apsw

from rankcrawler.errors import NoStore, RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.language import tr
from rankcrawler.store import queries, schema, wal
from rankcrawler.store.database import Record
from rankcrawler.store.days import DAY_MS, KEY_BITS
from rankcrawler.store.deadline import Deadline
from rankcrawler.store.dialects import SQLITE
from rankcrawler.store.files import StoreFile
from rankcrawler.store.tables import ADDED_TO, Table

_PASSING = (apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError, apsw.NoMemError)
_CAUSED_BY_A_POLL = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, UnicodeEncodeError, OverflowError)
TOGETHER = 256
"""Rows per call, at most: apsw does not cache statements longer than 16 KB."""
_OPENING = 30.0
"""Seconds that opening waits for other workers that open the same new file."""
_STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the clock: some hundred microseconds."""


class SqliteDatabase:
    """Opens a file; if `create`, makes it where it is missing. A call waits up to `patience` s for another writer.

    What is read in one `unchanging` may take `seconds`; then it raises TookTooLong.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = True,
        patience: float = 2.0,
        is_read_only: bool = False,
        seconds: float | None = None,
    ) -> None:
        self.place = str(path)
        self._sql = queries.load(SQLITE)
        self._inserts = {table.name: queries.insert(table, SQLITE) for table in ADDED_TO}
        self._repeated = queries.Repetitions()
        self._deadline = Deadline(seconds)
        try:
            self._file = StoreFile(path, create=create)
            self._db = apsw.Connection(str(path), apsw.SQLITE_OPEN_READWRITE, statementcachesize=256)
        except (OSError, ValueError, apsw.Error) as error:
            raise StoreError(tr("the SQLite store {path} cannot be opened: {error}", path=path, error=error)) from error
        try:
            self._db.set_busy_timeout(round(patience * 1000))
            if not is_read_only:
                wal.turn_on(self._db, _OPENING)  # which writes
            self._create(path, may_create=create)
            if is_read_only:
                self._db.execute("PRAGMA query_only = ON")
                self._db.set_progress_handler(self._deadline.is_over, _STEPS)
        except apsw.Error as error:
            self._db.close()
            raise StoreError(tr("the SQLite store {path} cannot be opened: {error}", path=path, error=error)) from error
        except StoreError:
            self._db.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Locks out other writers: BEGIN IMMEDIATE waits for one as long as `patience` says.

        Raises StoreError if the file was migrated, deleted or replaced while it was in use.
        """
        with self._locked():
            if self.version() != schema.version():
                raise schema.mismatch(self.place, self.version())
            yield
        self._file.check()

    def alone(self) -> AbstractContextManager[None]:
        """A transaction without writers beside it: any transaction is."""
        return self.transaction()

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """A transaction that only reads holds no writer up."""
        if self._db.in_transaction:
            yield
            return
        with self._translated():
            self._db.execute("BEGIN")
        try:
            with self._deadline.running():
                yield
        finally:
            with suppress(apsw.SQLError):  # an error of the disk has ended it
                self._db.execute("ROLLBACK")

    def prepare(self, days: Collection[int]) -> None:
        """Does nothing: the file has no partitions."""

    def all(self, name: str, **values: Any) -> list[Record]:
        """Run a query; returns its records."""
        with self._translated():
            return self._db.execute(self._sql[name], values).fetchall()

    def each(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[list[Record]]:
        """Run a query once for each set of values."""
        query = self._sql[name]
        with self._translated():
            return [self._db.execute(query, dict(each)).fetchall() for each in values]

    def find(self, name: str, rows: Sequence[Record]) -> list[Record]:
        """Run a query for many rows at once; returns its records, in no order."""
        with self._translated():
            return [record for cursor in self._together(self._sql[name], rows) for record in cursor]

    def bulk(self, name: str, rows: Sequence[Record]) -> None:
        """Run a query that changes something for many rows at once."""
        for _ in self._together(self._sql[name], rows):
            pass

    def at_once(self) -> AbstractContextManager[object]:
        """Waits for each change: there is no way to send."""
        return nullcontext()

    def insert(self, table: Table, rows: Sequence[Record]) -> None:
        """Add records."""
        for _ in self._together(self._inserts[table.name], rows):
            pass

    def sort_arrivals(self) -> None:
        """Sort the latest visits in, so that an index finds them."""
        self._db.execute(self._sql["sort_arrivals"])
        self._db.execute(self._sql["clear_arrivals"])

    def version(self) -> int:
        """The schema's version."""
        return int(self._db.execute("PRAGMA user_version").get)

    def state(self) -> str:
        """What differs after anything was written."""
        state = self._file.state()
        with self._translated():
            found = self.version()
        if found != schema.version():
            raise schema.mismatch(self.place, found)
        return state

    def broken_indexes(self) -> list[tuple[str, str]]:
        """What SQLite's own check complains of, which reads the whole file."""
        with self._translated():
            complaints = self._db.execute("PRAGMA integrity_check").fetchall()
        return [] if complaints == [("ok",)] else [(self.place, str(text)) for (text,) in complaints]

    def rebuild_indexes(self) -> None:
        """Build all indexes again, if one is broken."""
        if self.broken_indexes():
            self._db.execute("REINDEX")

    def size(self) -> int:
        """Bytes of the file and its write-ahead log."""
        files = (Path(self.place), Path(f"{self.place}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove all days before one, a day at a time, so that writers never wait long; then shrink the file."""
        polls = lists = entries = 0
        while oldest := self.all("oldest_day", end_ms=before_day * DAY_MS):
            end_ms = min(oldest[0][0] + 1, before_day) * DAY_MS
            key = {"end_key": end_ms << KEY_BITS}
            with self.transaction():
                self._changed("end_stays_of_purged", key)
                polls += self._changed("delete_polls", {"end_ms": end_ms})
                lists += self._changed("delete_snapshots", key)
                entries += self._changed("delete_entries", key)
                self._changed("delete_quarantine", key)
                self._changed("note_purge", {"before_day": end_ms // DAY_MS})
        with self._translated():
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return polls, lists, entries

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._db.close()

    def _together(self, query: str, rows: Sequence[Record]) -> Iterator[apsw.Cursor]:
        """Run a query for the largest power of two of rows at a time: few texts to prepare, and few calls.

        Each call hands Python's lock to the event loop, and has to get it back.
        """
        at = 0
        while at < len(rows):
            count = min(1 << (len(rows) - at).bit_length() - 1, TOGETHER)
            yield self._db.execute(self._repeated.text(query, count), [*chain.from_iterable(rows[at : at + count])])
            at += count

    def _changed(self, name: str, values: dict[str, int]) -> int:
        self._db.execute(self._sql[name], values)
        return self._db.changes()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns the driver's errors into StoreErrors."""
        try:
            yield
        except _CAUSED_BY_A_POLL as error:
            raise RefusedByStore(tr("the SQLite store refuses a poll: {error}", error=error)) from error
        except apsw.InterruptError:
            raise self._deadline.missed() from None
        except apsw.Error as error:
            kind = StoreUnavailable if isinstance(error, _PASSING) else StoreError
            raise kind(tr("the SQLite store {place} cannot be used: {error}", place=self.place, error=error)) from error

    def _create(self, path: Path, *, may_create: bool) -> None:
        """Create the tables once: BEGIN IMMEDIATE lets one of many workers that start together do it."""
        if self.version() == schema.version():
            return
        with self._locked():
            found = self.version()
            if found not in (0, schema.version()):
                raise schema.mismatch(path, found)
            if found == 0:
                if self._db.execute("SELECT count(*) FROM sqlite_master").get:
                    raise StoreError(tr("{path} is a database of another program: name another file", path=path))
                if not may_create:
                    raise NoStore(path.absolute())
                for statement in schema.fresh(SQLITE):
                    self._db.execute(statement)
