"""A partition of PostgreSQL's tables for each day (UTC), made before it is needed and dropped when it is purged.

What a list's clock says may be far from the truth. A day that is far from the worker's own gets no
partition: its rows go to the tables named _other, which take whatever has no partition of its own.
"""

import time
from collections.abc import Collection

import psycopg

from rankcrawler.store.database import Row
from rankcrawler.store.days import DAY_MS, KEY_BITS

TABLES = {"snapshots": KEY_BITS, "entries": KEY_BITS, "quarantine": KEY_BITS, "polls": 0}
"""The tables that have partitions, and how many bits stand below the milliseconds in what they are divided by."""

AHEAD = 2
"""Days from today for which there are partitions before anybody needs them."""
FAR = 400
"""Days from today, either way, beyond which a clock is taken to be wrong."""


class Partitions:
    """The days that have partitions, as far as this worker knows."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def look(self, connection: psycopg.Connection[Row]) -> None:
        """Learn which there are."""
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^polls_[0-9]+$' AND relispartition"
        ).fetchall()
        self._known = {int(name.removeprefix("polls_")) for (name,) in names}

    def are_missing(self, days: Collection[int]) -> bool:
        """Whether make() would do anything."""
        return not self._wanted(days) <= self._known

    def make(self, connection: psycopg.Connection[Row], days: Collection[int]) -> None:
        """Make those that are missing, within a transaction that no other worker has at the same time."""
        self.look(connection)
        for day in sorted(self._wanted(days) - self._known):
            try:
                with connection.transaction():
                    for table, bits in TABLES.items():
                        _make(connection, table, bits, day)
            except psycopg.errors.CheckViolation:
                pass  # rows of that day went to _other, when it was still far off: the day stays there
            self._known.add(day)

    def drop(self, connection: psycopg.Connection[Row], before_day: int) -> tuple[int, int, int]:
        """Remove what is older than a day, within a transaction; how many polls, lists and entries that were."""
        self.look(connection)
        old = sorted(day for day in self._known if day < before_day)
        counts = [
            _delete(connection, f"{table}_other", table, before_day)
            + sum(_drop(connection, f"{table}_{day}") for day in old)
            for table in ("polls", "snapshots", "entries", "quarantine")
        ]
        self._known -= set(old)
        return counts[0], counts[1], counts[2]

    @staticmethod
    def _wanted(days: Collection[int]) -> set[int]:
        today = time.time_ns() // 1_000_000 // DAY_MS
        return {*range(today, today + AHEAD + 1), *(day for day in days if abs(day - today) <= FAR)}


def _delete(connection: psycopg.Connection[Row], name: str, table: str, before_day: int) -> int:
    column = "at_ms" if table == "polls" else "snapshot_key"
    end = (before_day * DAY_MS) << TABLES[table]
    return connection.execute(f"DELETE FROM {name} WHERE {column} < {end}".encode()).rowcount  # noqa: S608 - numbers


def _drop(connection: psycopg.Connection[Row], name: str) -> int:
    [(rows,)] = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchall()  # noqa: S608 - our own name
    connection.execute(f"DROP TABLE {name}".encode())
    return int(rows)


def _make(connection: psycopg.Connection[Row], table: str, bits: int, day: int) -> None:
    """Made beside its table and then attached: so that nobody who writes has to wait."""
    first, end = (day * DAY_MS) << bits, ((day + 1) * DAY_MS) << bits
    name = f"{table}_{day}"
    connection.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)".encode())
    connection.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})".encode())
