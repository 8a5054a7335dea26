"""Migrates PostgreSQL databases, in place."""

from contextlib import suppress

import psycopg

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store import grants, schema
from rankcrawler.store.dialects import POSTGRESQL
from rankcrawler.store.postgresql import LOCK
from rankcrawler.store.postgresql_address import first_line, without_password
from rankcrawler.store.postgresql_connection import CONNECT_SECONDS, OPTIONS

_OPTIONS = f"{OPTIONS} -c lock_timeout=1000"
"""Keeps others from the tables that a step changes."""
_ENDS_WITH_US = "SET client_connection_check_interval = 200"
"""A server works on for a process that was killed, else, and keeps the next migration out."""


def migrate(url: str) -> str | None:
    """Migrate a database, and return a line that says what was done; None if it has this version, or no tables."""
    place = without_password(url)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS, options=_OPTIONS) as connection:
            with suppress(psycopg.Error):  # of a server on a system that cannot tell
                connection.execute(_ENDS_WITH_US)
            found = _version(connection)
            if found == 0 or found >= schema.version():
                return None
            readers = grants.readers(connection)
            for number in range(found + 1, schema.version() + 1):
                _step(connection, place, number, readers)
    except psycopg.errors.LockNotAvailable as error:
        raise StoreError(
            tr("{place} is in use: stop the workers first ({error})", place=place, error=first_line(error, url))
        ) from None
    except psycopg.Error as error:
        raise StoreError(
            tr("the store {place} cannot be migrated: {error}", place=place, error=first_line(error, url))
        ) from None
    return tr("{place}: migrated from version {old} to {new}", place=place, old=found, new=schema.version())


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """The schema's version; 0 if there are no tables."""
    if connection.execute("SELECT to_regclass('store')").fetchall()[0][0] is None:
        return 0
    return int(str(connection.execute("SELECT version FROM store").fetchall()[0][0]))


def _step(connection: psycopg.Connection[tuple[object, ...]], place: str, number: int, readers: list[str]) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute("LOCK TABLE store IN ACCESS EXCLUSIVE MODE")  # writers read the version in each transaction
        if _version(connection) != number - 1:
            raise StoreError(tr("{place} is in use: another process migrates it", place=place))
        for statement in schema.step(number, POSTGRESQL):
            connection.execute(statement.encode())
        if number == schema.version():
            grants.give(connection, readers)  # the views are new
