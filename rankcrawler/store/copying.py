"""Adds records to PostgreSQL's tables by COPY."""

from collections.abc import Sequence
from functools import cache

import msgspec
import psycopg

from rankcrawler.store.database import Record
from rankcrawler.store.tables import Table

_encode_lines = msgspec.json.Encoder().encode_lines


def copy(connection: psycopg.Connection[Record], table: Table, rows: Sequence[Record]) -> None:
    """Add records to a table."""
    with connection.cursor() as cursor, cursor.copy(_statement(table)) as copying:
        if table.has_numbers_only:
            copying.write(_csv(rows))
            return
        for row in rows:
            copying.write_row(row)


@cache
def _statement(table: Table) -> bytes:
    names = ", ".join(name for name, _ in table.columns)
    return f"COPY {table.name} ({names}) FROM STDIN {_AS_CSV if table.has_numbers_only else ''}".encode()


_AS_CSV = "(FORMAT csv, NULL 'null')"


def _csv(rows: Sequence[Record]) -> bytes:
    """Rows of integers as CSV: JSON without its brackets, which takes a third of the time of `write_row`."""
    return _encode_lines(rows).replace(b"[", b"").replace(b"]", b"")
