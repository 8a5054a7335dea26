"""Old stores to migrate: where they are, how large, of which version, and what they hold."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw
import psycopg

from tests.postgresql import PostgresServer

_FACTS = (
    "SELECT count(*), sum(room_key), sum(length(outcome)) FROM polls",
    "SELECT count(*), sum(entry_count), max(snapshot_key) FROM snapshots",
    "SELECT count(*), sum(score), sum(position), sum(rank) FROM entries",
)

_VERSION = "INSERT INTO store "
"""How the line begins that says a PostgreSQL store's version."""


class Old(Protocol):
    """An old store; each copy of it is migrated once."""

    url: str
    """Of the copy."""

    def copy(self) -> None:
        """Make the copy, or make it again."""

    def used(self) -> int:
        """Bytes that the copy and what is made beside it take."""

    def version(self) -> int:
        """The copy's version; ends the benchmark if the database finds it damaged."""

    def facts(self) -> Sequence[object]:
        """What the copy holds, as an old version keeps it: numbers of records, and sums over them."""


class OldFile:
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        self._old = path
        self._folder = path.parent / "new"
        self._new = self._folder / "ranks.db"
        self.url = f"sqlite:///{self._new}"

    def copy(self) -> None:
        """Copy the file into an empty folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        shutil.copy(self._old, self._new)

    def used(self) -> int:
        """Bytes of the folder's files; one that goes meanwhile counts for nothing."""
        return sum(each.stat().st_size for each in self._folder.glob("*") if each.exists())

    def version(self) -> int:
        """The file's version."""
        with closing(apsw.Connection(str(self._new))) as database:
            if (complaints := database.execute("PRAGMA integrity_check").get) != "ok":
                raise SystemExit(f"{self._new}: {complaints}")
            return int(database.execute("PRAGMA user_version").get)

    def facts(self) -> Sequence[object]:
        """Numbers and sums."""
        with closing(apsw.Connection(str(self._new))) as database:
            return [database.execute(query).get for query in _FACTS]


class OldDatabase:
    """A PostgreSQL database."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server = server
        self._old = name
        self._new = f"{name}_new"
        self.url = server.url(self._new)

    def copy(self) -> None:
        """Make a database with the old one as its template."""
        with self._server.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self._new} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {self._new} TEMPLATE {self._old}".encode())

    def used(self) -> int:
        """Bytes of the database and of the write-ahead log."""
        with self._server.connect() as connection:
            query = "SELECT pg_database_size(%s) + (SELECT sum(size) FROM pg_ls_waldir())"
            return int(connection.execute(query, [self._new]).fetchall()[0][0])

    def version(self) -> int:
        """The database's version."""
        return int(self._ask("SELECT version FROM store")[0])

    def facts(self) -> Sequence[object]:
        """Numbers and sums."""
        return [self._ask(query) for query in _FACTS]

    def _ask(self, query: str) -> tuple[Any, ...]:
        with self._server.connect(self._new) as connection:
            found: tuple[Any, ...] = connection.execute(query.encode()).fetchall()[0]
            return found


@contextmanager
def moved(path: Path, sql: str, server: PostgresServer, name: str) -> Iterator[OldDatabase]:
    """A PostgreSQL database with the records of a SQLite file of the same version, whose tables `sql` makes."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with closing(apsw.Connection(str(path))) as file, psycopg.connect(server.url(name), autocommit=True) as database:
        kept = (line for line in sql.splitlines() if not line.startswith("INSERT") or line.startswith(_VERSION))
        database.execute("\n".join(kept).encode())
        database.execute("SET search_path = public")
        database.execute("SET session_replication_role = replica")  # keys need no order of tables then
        tables = {str(table) for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in sorted(tables):
            if names := _columns(database, table):
                _copied(file, database, table, names)
        database.execute("ANALYZE")  # which the server does by itself where a store grows little by little
    yield OldDatabase(server, name)
    with server.connect() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _columns(database: psycopg.Connection[Any], table: str) -> list[str]:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    return [name for (name,) in database.execute(query, [table]).fetchall()]


def _copied(file: apsw.Connection, database: psycopg.Connection[Any], table: str, names: Sequence[str]) -> None:
    listed = ", ".join(f'"{name}"' for name in names)
    with database.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN".encode()) as copy:
        for record in file.execute(f"SELECT {listed} FROM {table}"):  # noqa: S608 - names of ours
            copy.write_row(record)
