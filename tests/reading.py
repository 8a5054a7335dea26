"""Reads a store as other programs do: in SQL, without our code."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

Execute = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


@contextmanager
def connected(where: str) -> Iterator[Execute]:
    """What runs queries on one connection and returns their records; placeholders are `?`."""
    if where.startswith("postgresql"):
        with psycopg.connect(where) as connection:
            yield lambda query, values: connection.execute(query.replace("?", "%s").encode(), values).fetchall()
        return
    with closing(sqlite3.connect(f"file:{where.removeprefix('sqlite:///')}?mode=ro", uri=True)) as database:
        yield lambda query, values: database.execute(query, values).fetchall()


def rows(where: str, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The records that a query returns."""
    with connected(where) as execute:
        return execute(query, values)
