"""PostgreSQL: one database for a fleet, with a partition for each day."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict

from rankcrawler.errors import RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.store import queries
from rankcrawler.store.database import Row
from rankcrawler.store.days import DAY_MS, KEY_BITS
from rankcrawler.store.partitions import Partitions

VERSION = 3
"""The schema's version, kept in the table `store`."""

_LOCK = 0x72616E6B
"""The advisory lock under which tables are made: "rank"."""
_CONNECT_SECONDS = 5
_OPTIONS = "-c timezone=UTC -c client_encoding=UTF8 -c idle_in_transaction_session_timeout=60000 -c jit=off"
_THE_POLLS_FAULT = ("22", "23", "54")
"""Classes of SQLSTATE: data exception, constraint violated, limit of the program exceeded."""
_PASSING = ("08", "25", "40", "53", "55", "57", "58")
"""Connection, transaction state (a standby), rollback (deadlock), resources (disk full), lock, operator, system."""


class PostgresDatabase:
    """Connects to `url` (postgresql://…), and connects again when the connection is lost."""

    def __init__(self, url: str) -> None:
        self.place = _without_password(url)
        self._url = url
        self._sql = queries.load("postgresql")
        self._connection: psycopg.Connection[Row] | None = None
        self._partitions = Partitions()
        try:
            self._create(self._connected())
        except psycopg.Error as error:
            self.close()
            raise self._kind(error)(f"the store {self.place} cannot be opened: {self._words(error)}") from None
        except StoreError:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction; a lost connection is opened anew by the next."""
        with self._told(), self._connected().transaction():
            yield

    def prepare(self, days: Collection[int]) -> None:
        """Have partitions for these days."""
        if self._partitions.are_missing(days):
            with self._told():
                self._locked(lambda connection: self._partitions.make(connection, days))

    def all(self, name: str, *values: Any) -> list[Row]:
        """The rows that a query gives."""
        with self._told():
            return self._execute(name, values).fetchall()

    def each(self, name: str, rows: Sequence[Row]) -> list[list[Row]]:
        """The rows that a query gives for each set of values, in one round trip."""
        with self._told():
            with self._connected().pipeline():
                cursors = [self._execute(name, row) for row in rows]
            return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def find(self, name: str, rows: Sequence[Row]) -> list[Row]:
        """The rows that a query finds for many sets of values, in no order."""
        return self._execute(name, _columns(rows)).fetchall() if rows else []

    def bulk(self, name: str, rows: Sequence[Row]) -> None:
        """Change something for each set of values, in one query."""
        if rows:
            self._execute(name, _columns(rows))

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add whole rows to a table, by COPY."""
        if rows:
            with self._connected().cursor() as cursor, cursor.copy(_COPY[table]) as copy:
                if table in _OF_NUMBERS:
                    copy.write(_csv(rows))
                    return
                for row in rows:
                    copy.write_row(row)

    def sort_arrivals(self) -> None:
        """Have the rooms of users who came lately found by an index."""
        self._execute("sort_arrivals", ())

    def version(self) -> int:
        """Of the schema."""
        with self._told():
            return int(self._connected().execute("SELECT version FROM store").fetchall()[0][0])

    def size(self) -> int:
        """Bytes of all tables and indexes."""
        return int(self.all("size")[0][0])

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove what is older than a day: whole partitions, which nobody's writing waits for longer than a moment."""
        with self._told():
            removed = [0, 0, 0]
            self._locked(lambda connection: self._purge(connection, before_day, removed))
            return removed[0], removed[1], removed[2]

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _purge(self, connection: psycopg.Connection[Row], before_day: int, removed: list[int]) -> None:
        connection.execute(self._sql["end_stays_of_purged"], (before_day * DAY_MS << KEY_BITS,))
        for place, rows in enumerate(self._partitions.drop(connection, before_day)):
            removed[place] += rows

    def _execute(self, name: str, values: Sequence[Any]) -> psycopg.Cursor[Row]:
        return self._connected().execute(self._sql[name], values)

    def _connected(self) -> psycopg.Connection[Row]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, options=_OPTIONS, prepare_threshold=2
            )
        return self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors in the store's own words."""
        try:
            yield
        except (UnicodeEncodeError, OverflowError) as error:
            raise RefusedByStore(f"the store {self.place} refuses a poll: {error}") from error
        except psycopg.Error as error:
            raise self._kind(error)(f"the store {self.place} takes no more: {self._words(error)}") from None

    def _kind(self, error: psycopg.Error) -> type[StoreError]:
        state = error.sqlstate or ""
        if state.startswith(_THE_POLLS_FAULT) or (not state and isinstance(error, psycopg.DataError)):
            return RefusedByStore
        if state.startswith(_PASSING) or (not state and isinstance(error, psycopg.OperationalError)):
            self.close()
            return StoreUnavailable
        return StoreError

    def _words(self, error: psycopg.Error) -> str:
        """The first line of what the server said; whatever else it repeats may be anybody's text."""
        words = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
        try:
            password = conninfo_to_dict(self._url).get("password")
        except psycopg.Error:
            return type(error).__name__
        return words.replace(str(password), "***") if password else words

    def _create(self, connection: psycopg.Connection[Row]) -> None:
        """Make the tables, once: the lock lets one of many workers that start together do it."""
        self._locked(_make_tables)
        found = self.version()
        if found != VERSION:
            age, remedy = ("an older", "run `scrapy store migrate`")
            if found > VERSION:
                age, remedy = "a newer", "install that one, or name another database"
            raise StoreError(
                f"{self.place} was written by {age} rankcrawler (version {found}, not {VERSION}): {remedy}"
            )
        self._partitions.look(connection)

    def _locked(self, work: Callable[[psycopg.Connection[Row]], None]) -> None:
        connection = self._connected()
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            work(connection)


def migrate(url: str) -> str | None:
    """Bring a database of an older version to this one, in one transaction; None where there is nothing to be done."""
    place = _without_password(url)
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, options=_OPTIONS) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if connection.execute("SELECT to_regclass('store')").fetchall()[0][0] is None:
                return None
            if connection.execute("SELECT version FROM store FOR UPDATE").fetchall()[0][0] != 2:
                return None
            connection.execute(queries.migration(2, "postgresql"))
    except psycopg.Error as error:
        raise StoreError(f"the store {place} cannot be migrated: {type(error).__name__}") from None
    return f"{place}: brought from version 2 to {VERSION}"


_COPIED = {
    "snapshots": "snapshot_key, room_key, base_key, step, captured_ms, polled_ms, entry_count, anchor_id, currency, "
    "has_more, flags, digest",
    "entries": "snapshot_key, position, rank, score, exactly_score, score_precision, delta, has_no_delta, profile_key, "
    "grade_key, club_key, flags",
    "polls": "room_key, at_ms, is_answered, polled_ms, outcome, snapshot_key, total, user_count_desc, verdict_key, "
    "attempt",
    "quarantine": "snapshot_key, position, path, reason",
    "stays": "room_key, user_key, since_ms, first_score",
    "arrivals": "user_key, room_key",
}
_OF_NUMBERS = ("entries", "stays", "arrivals")
"""Tables all of whose columns are integers."""
_AS_CSV = "(FORMAT csv, NULL 'null')"
_COPY = {
    table: f"COPY {table} ({columns}) FROM STDIN {_AS_CSV if table in _OF_NUMBERS else ''}".encode()
    for table, columns in _COPIED.items()
}
_encode_lines = msgspec.json.Encoder().encode_lines


def _csv(rows: Sequence[Row]) -> bytes:
    """Rows of integers as CSV: JSON without its brackets, which takes a third of the time of `write_row`."""
    return _encode_lines(rows).replace(b"[", b"").replace(b"]", b"")


def _make_tables(connection: psycopg.Connection[Row]) -> None:
    if connection.execute("SELECT to_regclass('store')").fetchall()[0][0] is None:
        connection.execute(queries.schema("postgresql"))


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _without_password(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise StoreError("STORE_URL cannot be read as postgresql://USER:PASSWORD@HOST:PORT/DATABASE") from None
    host, port = parts.get("host") or "", parts.get("port")
    return f"postgresql://{host}{f':{port}' if port else ''}/{parts.get('dbname') or ''}"
