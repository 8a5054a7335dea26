"""The plain drivers at their best: they write the served rows, as they are, into one table, and read nothing."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import apsw
import psycopg
from msgspec.structs import astuple

from rankcrawler.model.items import Poll
from rankcrawler.model.rows import RankEntry

_TEXTS = ("source", "kind", "room_id", "anchor_id", "captured_at", "polled_at")
_TYPES = {"score": "BIGINT", "delta": "BIGINT", "rank": "INTEGER", "gender": "INTEGER"}
_COLUMNS = RankEntry.__struct_fields__
_DEFINITIONS = ", ".join(f"{name} {_TYPES.get(name, 'TEXT')}" for name in _COLUMNS)
TABLE = f"CREATE TABLE entries ({_DEFINITIONS}, PRIMARY KEY (room_id, captured_at, rank))"


class Driver(Protocol):
    """Writes batches of lists."""

    def write(self, polls: Sequence[Poll]) -> None:
        """Write them, on disk on return."""

    def size(self) -> int:
        """Bytes on disk."""

    def close(self) -> None:
        """Close it."""


def _rows(polls: Iterable[Poll]) -> list[tuple[Any, ...]]:
    return [
        tuple(" ".join(value) if isinstance(value, tuple) else value for value in astuple(entry))
        for poll in polls
        if poll.snapshot is not None
        for entry in poll.snapshot.entries
    ]


class Sqlite:
    """apsw, executemany, a transaction for each batch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = apsw.Connection(str(path))
        self._database.execute(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLE}").fetchall()

    def write(self, polls: Sequence[Poll]) -> None:
        """One transaction."""
        self._database.execute("BEGIN")
        marks = ", ".join("?" * len(_COLUMNS))
        self._database.executemany(f"INSERT INTO entries VALUES ({marks})", _rows(polls))  # noqa: S608 - marks alone
        self._database.execute("COMMIT")

    def size(self) -> int:
        """Of the file, when all is in it."""
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return self._path.stat().st_size

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Postgresql:
    """psycopg, COPY, a transaction for each batch."""

    def __init__(self, url: str) -> None:
        self._database = psycopg.connect(url, autocommit=True)
        self._database.execute(TABLE.encode())

    def write(self, polls: Sequence[Poll]) -> None:
        """One COPY."""
        with self._database.cursor().copy("COPY entries FROM STDIN") as copy:
            for row in _rows(polls):
                copy.write_row(tuple(str(value) if isinstance(value, bool) else value for value in row))

    def size(self) -> int:
        """Of the table and its index."""
        found = self._database.execute("SELECT pg_total_relation_size('entries')").fetchone()
        assert found is not None
        return int(found[0])

    def close(self) -> None:
        """End the connection."""
        self._database.close()
