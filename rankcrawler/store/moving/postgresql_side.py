"""A PostgreSQL database that is copied, or copied to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store.database import Record
from rankcrawler.store.days import DAY_MS
from rankcrawler.store.dialects import POSTGRESQL
from rankcrawler.store.moving.held import Held
from rankcrawler.store.partitions import TABLES, Partitions
from rankcrawler.store.postgresql import LOCK
from rankcrawler.store.postgresql_address import first_line, without_password
from rankcrawler.store.postgresql_connection import CONNECT_SECONDS

_OPTIONS = (
    "-c timezone=UTC -c client_encoding=UTF8 -c jit=off -c lock_timeout=5000 -c statement_timeout=0 "
    "-c idle_in_transaction_session_timeout=0"
)
_WITHOUT_WRITERS = "LOCK TABLE _rooms, _sources, _sessions IN EXCLUSIVE MODE"
"""Each writer locks or changes a record of one of these first."""


class PostgresSide:
    """A connection to a database."""

    dialect = POSTGRESQL

    def __init__(self, url: str) -> None:
        self.place = without_password(url)
        self._url = url
        self._partitions = Partitions()
        with self._translated():
            self._connection: psycopg.Connection[Record] = psycopg.connect(
                url, autocommit=True, connect_timeout=CONNECT_SECONDS, options=_OPTIONS, prepare_threshold=None
            )

    def run(self, query: str, values: Sequence[Any] = ()) -> list[Record]:
        """Run a query; returns its records."""
        with self._translated():
            cursor = self._connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction."""
        with self._translated(), self._connection.transaction():
            yield

    @contextmanager
    def unwritten(self) -> Iterator[None]:
        """Takes the locks before the first query, which decides what a transaction of this level sees."""
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            self.run(_WITHOUT_WRITERS)
            yield
        finally:
            with suppress(psycopg.Error):
                self._connection.execute("ROLLBACK")

    def add(self, table: Held, rows: Sequence[Record]) -> None:
        """Add records, with the keys that they have."""
        statement = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
        with self._translated(), self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copying:
            for row in rows:
                copying.write_row(row)

    def prepare(self, table: Held, rows: Sequence[Record]) -> None:
        """Make the partitions of the days that the records belong to."""
        if table.name not in TABLES:
            return
        bits = TABLES[table.name]
        column = table.columns.index("snapshot_key" if bits else "at_ms")
        days = {(row[column] >> bits) // DAY_MS for row in rows}
        if self._partitions.are_missing(days):
            with self.transaction():
                self.run("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                self._partitions.make(self._connection, days)

    def version(self) -> int:
        """The schema's version; 0 if there are no tables."""
        if self.run("SELECT to_regclass('store')")[0][0] is None:
            return 0
        return int(self.run("SELECT version FROM store")[0][0])

    def set_version(self, version: int) -> None:
        """Set it; workers read it in each of their transactions, so these wait until the end of this one."""
        self.run("LOCK TABLE store IN ACCESS EXCLUSIVE MODE")
        self.run(POSTGRESQL.set_version.format(version=version))

    def complete(self, tables: Sequence[Held]) -> None:
        """Set the sequences that new keys are taken from, and have the planner look at the tables."""
        for table in tables:
            if len(table.key) == 1:
                (key,) = table.key
                self.run(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key}'), max({key})) FROM {table.name}"  # noqa: S608
                )
            self.run(f"ANALYZE {table.name}")

    def close(self) -> None:
        """End the connection."""
        with suppress(psycopg.Error):
            self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.LockNotAvailable as error:
            line = first_line(error, self._url)
            raise StoreError(
                tr("{place} is in use: stop the workers first ({error})", place=self.place, error=line)
            ) from None
        except psycopg.Error as error:
            line = first_line(error, self._url)
            raise StoreError(tr("the store {place} cannot be used: {error}", place=self.place, error=line)) from None
