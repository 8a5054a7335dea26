"""Adds records to PostgreSQL's tables by COPY, as CSV: psycopg would write value by value, which takes far longer."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import psycopg

from rankcrawler.store.database import Record
from rankcrawler.store.tables import Table

_encode_lines = msgspec.json.Encoder().encode_lines


def copy(connection: psycopg.Connection[Record], table: Table, rows: Sequence[Record]) -> None:
    """Add records to a table."""
    with connection.cursor() as cursor, cursor.copy(_statement(table)) as copying:
        copying.write(_numbers(rows) if table.has_numbers_only else _lines(rows))


@cache
def _statement(table: Table) -> bytes:
    names = ", ".join(name for name, _ in table.columns)
    return f"COPY {table.name} ({names}) FROM STDIN (FORMAT csv, NULL 'null')".encode()


def _numbers(rows: Sequence[Record]) -> bytes:
    """Rows of integers: JSON without its brackets."""
    return _encode_lines(rows).replace(b"[", b"").replace(b"]", b"")


def _lines(rows: Sequence[Record]) -> str:
    return "".join([f"{','.join(map(_field, row))}\n" for row in rows])


def _field(value: Any) -> str:
    """A value; in quotes, `null` is a text like any other."""
    if value is None:
        return "null"
    if type(value) is bytes:
        return f"\\x{value.hex()}"
    return '"' + value.replace('"', '""') + '"' if type(value) is str else str(value)
