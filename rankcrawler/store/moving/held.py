"""The tables of a store, as its schema makes them, and the queries that copy one."""

from contextlib import closing
from functools import cache
from typing import Any, NamedTuple

import apsw

from rankcrawler.store import queries, schema
from rankcrawler.store.database import Record
from rankcrawler.store.dialects import SQLITE

_VALUE = {"sqlite": "?", "postgresql": "%s"}
_AS_BYTES = {"sqlite": "{}", "postgresql": '{} COLLATE "C"'}
"""A text in an order that both databases have: that of its bytes."""


class Held(NamedTuple):
    """A table with its columns. A table without a key holds few records, which are copied together."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    texts: frozenset[str]
    """The columns that are text."""

    def key_of(self, record: Record) -> Record:
        """The key of a record."""
        return tuple(record[self.columns.index(name)] for name in self.key)

    def described(self, key: Record) -> str:
        """A key for people: `room_key 3, at_ms 1795435200000`."""
        return ", ".join(f"{name} {value}" for name, value in zip(self.key, key, strict=True))


@cache
def tables() -> tuple[Held, ...]:
    """Every table of the newest schema, in the order in which they are made."""
    with closing(apsw.Connection(":memory:")) as database:
        for statement in schema.fresh(SQLITE):
            database.execute(statement)
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
        return tuple(_table(database, str(name)) for (name,) in names)


@cache
def statements(table: Held, dialect: str) -> dict[str, str]:
    """The queries of moving.sql for a table, in the dialect of that name."""
    order = [_AS_BYTES[dialect].format(name) if name in table.texts else name for name in table.key]
    value = _VALUE[dialect]
    words = {
        "table": table.name,
        "columns": ", ".join(table.columns),
        "first": (table.key or table.columns)[0],
        "order": ", ".join(order or table.columns),
        "word": value,
        "words": ", ".join([value] * len(table.key)),
    }
    return queries.filled("moving.sql", words)


def _table(database: apsw.Connection, name: str) -> Held:
    query = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid"
    facts: list[tuple[Any, ...]] = database.execute(query, (name,)).fetchall()
    key = sorted((place, column) for column, _, place in facts if place)
    texts = frozenset(column for column, kind, _ in facts if kind == "TEXT")
    return Held(name, tuple(column for column, *_ in facts), tuple(column for _, column in key), texts)
