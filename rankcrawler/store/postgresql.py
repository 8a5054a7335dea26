"""PostgreSQL: one database for a fleet, with a partition for each day."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from rankcrawler.errors import NoStore, RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.language import tr
from rankcrawler.store import copying, postgresql_tables, queries, schema
from rankcrawler.store.arrays import arrays
from rankcrawler.store.database import Record
from rankcrawler.store.days import DAY_MS, KEY_BITS
from rankcrawler.store.deadline import Deadline
from rankcrawler.store.dialects import POSTGRESQL
from rankcrawler.store.once import Once
from rankcrawler.store.partitions import Partitions
from rankcrawler.store.postgresql_address import first_line, without_password
from rankcrawler.store.postgresql_connection import connecting
from rankcrawler.store.tables import Table

LOCK = 0x72616E6B
"""The advisory lock for changes of the schema: "rank"."""
_WITHOUT_WRITERS = b"LOCK TABLE _rooms IN EXCLUSIVE MODE"
"""Waits for the transactions of all writers, and has new ones wait: each begins with a lock on its rooms."""
_CAUSED_BY_A_POLL = ("22", "23", "54")
"""Classes of SQLSTATE: data exception, constraint violated, program limit exceeded."""
_PASSING = ("08", "25", "40", "53", "55", "57", "58")
"""Connection, transaction state (a standby), rollback (deadlock), resources (disk full), lock, operator, system."""


class PostgresDatabase:
    """Connects to `url` (postgresql://…), and reconnects when the connection is lost.

    If `create`, makes the tables where they are missing. What is read in one `unchanging`, and each query, may take
    `seconds`; then it raises TookTooLong.
    """

    def __init__(
        self, url: str, *, create: bool = True, is_read_only: bool = False, seconds: float | None = None
    ) -> None:
        self.place = without_password(url)
        self._url = url
        self._deadline = Deadline(seconds)
        self._connect = connecting(url, is_read_only=is_read_only, seconds=seconds)
        self._sql = queries.load(POSTGRESQL)
        self._connection: psycopg.Connection[Record] | None = None
        self._once = Once()
        self._partitions = Partitions()
        try:
            self._create(self._connected(), may_create=create)
        except psycopg.Error as error:
            self.close()
            text = tr("the store {place} cannot be opened: {error}", place=self.place, error=first_line(error, url))
            raise self._kind(error)(text) from None
        except ValueError as error:  # of a host's name, for instance
            raise StoreError(tr("the store {place} cannot be opened: {error}", place=self.place, error=error)) from None
        except StoreError:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction, on a new connection if the last one was lost.

        Raises StoreError if the store was migrated while it was in use. Until the end, no migration can begin.
        """
        with self._translated(), self._connected().transaction():
            if (found := self.version()) != schema.version():
                raise schema.mismatch(self.place, found)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A transaction without writers beside it."""
        with self.transaction():
            self._connected().execute(_WITHOUT_WRITERS)
            yield

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """A transaction that only reads, at the level at which PostgreSQL keeps one view of its records."""
        connection = self._connected()
        if connection.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        with self._translated():
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            with self._deadline.running(), self._once.kept():
                yield
        finally:
            with suppress(psycopg.Error):  # a connection that is lost has no transaction to end
                connection.execute("COMMIT")  # after ROLLBACK the driver would forget all prepared queries

    def prepare(self, days: Collection[int]) -> None:
        """Make sure that these days have partitions."""
        if self._partitions.are_missing(days):
            with self._translated():
                self._locked(lambda connection: self._partitions.make(connection, days))

    def all(self, name: str, **values: Any) -> list[Record]:
        """Run a query; returns its records. One that is run again in an `unchanging` spares the round trip."""
        self._deadline.check()
        with self._translated():
            return self._once.records((name, *values.items()), lambda: self._execute(name, values).fetchall())

    def each(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[list[Record]]:
        """Run a query once for each set of values, in one round trip."""
        with self._translated():
            with self._connected().pipeline():
                cursors = [self._execute(name, each) for each in values]
            return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def find(self, name: str, rows: Sequence[Record]) -> list[Record]:
        """Run a query for many rows at once; returns its records, in no order."""
        with self._translated():
            return self._execute(name, arrays(rows)).fetchall() if rows else []

    def bulk(self, name: str, rows: Sequence[Record]) -> None:
        """Run a query that changes something for many rows at once."""
        if rows:
            self._execute(name, arrays(rows))

    def at_once(self) -> AbstractContextManager[object]:
        """The server works on one change while the next is on its way."""
        return self._connected().pipeline()

    def insert(self, table: Table, rows: Sequence[Record]) -> None:
        """Add records."""
        if rows:
            copying.copy(self._connected(), table, rows)

    def sort_arrivals(self) -> None:
        """Sort the latest visits in, so that an index finds them."""
        self._execute("sort_arrivals", None)

    def version(self) -> int:
        """The schema's version."""
        with self._translated():
            return int(self._connected().execute("SELECT version FROM store").fetchall()[0][0])

    def state(self) -> str:
        """Which transactions have ended: also of other databases on the server."""
        [(state, version)] = self.all("state")
        if version != schema.version():
            raise schema.mismatch(self.place, version)
        return str(state)

    def broken_indexes(self) -> list[tuple[str, str]] | None:
        """What PostgreSQL's extension amcheck complains of; None if the database does not have it."""
        with self._translated():
            if not self._execute("has_amcheck", None).fetchall():
                return None
            names = [name for (name,) in self._execute("indexes", None).fetchall()]
            found = [(name, self._complaint(name)) for name in names]
        return [(name, complaint) for name, complaint in found if complaint is not None]

    def _complaint(self, index: str) -> str | None:
        """What is wrong with an index."""
        try:
            with self._connected().transaction():
                self._execute("check_index", {"index": index})
        except (psycopg.errors.IndexCorrupted, psycopg.errors.DataCorrupted) as error:
            return first_line(error, self._url)
        return None

    def rebuild_indexes(self) -> None:
        """Build the broken indexes again."""
        for name, _ in self.broken_indexes() or ():
            self._connected().execute(f"REINDEX INDEX {name}".encode())

    def size(self) -> int:
        """Bytes of all tables and indexes."""
        return int(self.all("size")[0][0])

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove all days before one: whole partitions, which makes writers wait only for a moment."""
        removed = [0, 0, 0]

        def drop(connection: psycopg.Connection[Record]) -> None:
            connection.execute(_WITHOUT_WRITERS)  # else one could build upon a list that is about to go
            self._execute("end_stays_of_purged", {"end_key": before_day * DAY_MS << KEY_BITS})
            removed[:] = self._partitions.drop(connection, before_day)
            if any(removed):
                self._execute("note_purge", {"before_day": before_day})

        with self._translated():
            self._locked(drop)
        return removed[0], removed[1], removed[2]

    def close(self) -> None:
        """End the connection; closing twice is harmless."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _execute(self, name: str, values: Sequence[Any] | Mapping[str, Any] | None) -> psycopg.Cursor[Record]:
        self._deadline.check()
        return self._connected().execute(self._sql[name], values, binary=True)

    def _connected(self) -> psycopg.Connection[Record]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns the driver's errors into StoreErrors."""
        try:
            yield
        except (UnicodeEncodeError, OverflowError) as error:
            raise RefusedByStore(
                tr("the store {place} refuses a poll: {error}", place=self.place, error=error)
            ) from error
        except psycopg.errors.QueryCanceled:
            raise self._deadline.missed() from None
        except psycopg.Error as error:
            kind, line = self._kind(error), first_line(error, self._url)
            if kind is RefusedByStore:
                raise kind(tr("the store {place} refuses a poll: {error}", place=self.place, error=line)) from None
            raise kind(tr("the store {place} cannot be used: {error}", place=self.place, error=line)) from None

    def _kind(self, error: psycopg.Error) -> type[StoreError]:
        state = error.sqlstate or ""
        if state.startswith(_CAUSED_BY_A_POLL) or (not state and isinstance(error, psycopg.DataError)):
            return RefusedByStore
        if state.startswith(_PASSING) or (not state and isinstance(error, psycopg.OperationalError)):
            self.close()
            return StoreUnavailable
        return StoreError

    def _create(self, connection: psycopg.Connection[Record], *, may_create: bool) -> None:
        """Create the tables once: the lock lets one of many workers that start together do it."""
        if may_create:
            self._locked(postgresql_tables.make)
        elif not postgresql_tables.are_there(connection):
            raise NoStore(self.place)
        if (found := self.version()) != schema.version():
            raise schema.mismatch(self.place, found)
        self._partitions.refresh(connection)

    def _locked(self, work: Callable[[psycopg.Connection[Record]], None]) -> None:
        connection = self._connected()
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            work(connection)
