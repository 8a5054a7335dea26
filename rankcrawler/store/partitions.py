"""A partition of PostgreSQL's tables for each day (UTC), made before it is needed and dropped by a purge.

A list's clock may be far off. A day that is far from the worker's own gets no partition: its records go to the tables
named …_other, which take whatever has no partition.
"""

import time
from collections.abc import Collection

import psycopg

from rankcrawler.store.database import Record
from rankcrawler.store.days import DAY_MS, KEY_BITS

TABLES = {"_snapshots": KEY_BITS, "_entries": KEY_BITS, "_quarantine": KEY_BITS, "_polls": 0}
"""The partitioned tables, and how many bits their partition keys have below the milliseconds."""

AHEAD = 2
"""Days after today that get partitions in advance."""
FAR = 400
"""Days from today, either way, beyond which a clock counts as wrong."""


class Partitions:
    """The days that this worker knows to have partitions."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def refresh(self, connection: psycopg.Connection[Record]) -> None:
        """Read which days have partitions."""
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^_polls_[0-9]+$' AND relispartition"
        ).fetchall()
        self._known = {int(name.removeprefix("_polls_")) for (name,) in names}

    def are_missing(self, days: Collection[int]) -> bool:
        """Whether make() would do anything."""
        return not self._wanted(days) <= self._known

    def make(self, connection: psycopg.Connection[Record], days: Collection[int]) -> None:
        """Make those that are missing, in a transaction that holds the lock."""
        self.refresh(connection)
        for day in sorted(self._wanted(days) - self._known):
            try:
                with connection.transaction():
                    for table, bits in TABLES.items():
                        _make(connection, table, bits, day)
            except psycopg.errors.CheckViolation:
                pass  # records of that day went to _other while it was far off: the day stays there
            self._known.add(day)

    def drop(self, connection: psycopg.Connection[Record], before_day: int) -> tuple[int, int, int]:
        """Remove all days before one, in a transaction that holds the lock; returns how many polls, lists and rows."""
        self.refresh(connection)
        old = sorted(day for day in self._known if day < before_day)
        counts = [
            _delete(connection, f"{table}_other", table, before_day)
            + sum(_drop(connection, f"{table}_{day}") for day in old)
            for table in ("_polls", "_snapshots", "_entries", "_quarantine")
        ]
        self._known -= set(old)
        return counts[0], counts[1], counts[2]

    @staticmethod
    def _wanted(days: Collection[int]) -> set[int]:
        today = time.time_ns() // 1_000_000 // DAY_MS
        return {*range(today, today + AHEAD + 1), *(day for day in days if abs(day - today) <= FAR)}


def _delete(connection: psycopg.Connection[Record], name: str, table: str, before_day: int) -> int:
    column = "at_ms" if table == "_polls" else "snapshot_key"
    end = (before_day * DAY_MS) << TABLES[table]
    return connection.execute(f"DELETE FROM {name} WHERE {column} < {end}".encode()).rowcount  # noqa: S608 - numbers


def _drop(connection: psycopg.Connection[Record], name: str) -> int:
    [(rows,)] = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchall()  # noqa: S608 - our own name
    connection.execute(f"DROP TABLE {name}".encode())
    return int(rows)


def _make(connection: psycopg.Connection[Record], table: str, bits: int, day: int) -> None:
    """Create the partition on its own and then attach it, so that writers do not wait."""
    first, end = (day * DAY_MS) << bits, ((day + 1) * DAY_MS) << bits
    name = f"{table}_{day}"
    connection.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)".encode())
    connection.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})".encode())
