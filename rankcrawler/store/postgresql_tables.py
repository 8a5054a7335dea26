"""Whether a PostgreSQL database has the tables of a store, and what makes them."""

from typing import Any

import psycopg

from rankcrawler.store import schema
from rankcrawler.store.dialects import POSTGRESQL


def make(connection: psycopg.Connection[Any]) -> None:
    """Make the tables where they are missing."""
    if not are_there(connection):
        for statement in schema.fresh(POSTGRESQL):
            connection.execute(statement.encode())


def are_there(connection: psycopg.Connection[Any]) -> bool:
    """Whether there is a store."""
    return connection.execute("SELECT to_regclass('store')").fetchall()[0][0] is not None
