"""Tries whether a database can be written to, and leaves nothing behind."""

from contextlib import suppress

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store.database import Database

_DAY = 2**31 - 1
"""A day that no purge has reached, so that the record is new."""


class _TakenBack(Exception):  # noqa: N818 — ends a transaction as intended
    """Rolls a transaction back."""


def write(database: Database) -> None:
    """Write a record in a transaction, and roll it back; raises StoreError if it cannot be written."""
    with suppress(_TakenBack), database.transaction():
        database.each("note_purge", [{"before_day": _DAY}])
        raise _TakenBack


def make_table(url: str) -> None:
    """Make a table in a database of PostgreSQL, and roll it back; raises StoreError if it cannot be made."""
    import psycopg  # takes 50 ms

    from rankcrawler.store.postgresql_address import first_line
    from rankcrawler.store.postgresql_connection import CONNECT_SECONDS, OPTIONS

    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=OPTIONS) as connection:
            connection.execute("CREATE TABLE rankcrawler_trial (n int)")
            connection.rollback()
    except psycopg.Error as error:
        raise StoreError(tr("a table cannot be made: {error}", error=first_line(error, url))) from None
