"""Columns of rows as PostgreSQL's arrays, a text each: psycopg would write value by value, which takes far longer."""

from collections.abc import Sequence
from types import NoneType
from typing import Any

import msgspec

from rankcrawler.store.database import Record

_encode = msgspec.json.Encoder().encode
_NUMBERS = {int, float, NoneType}


def arrays(rows: Sequence[Record]) -> list[str]:
    """The columns of rows: `{1,2,null}`."""
    return [_array(column) for column in zip(*rows, strict=True)]


def _array(column: Sequence[Any]) -> str:
    if {*map(type, column)} <= _NUMBERS:
        return f"{{{_encode(column)[1:-1].decode()}}}"
    return f"{{{','.join(map(_element, column))}}}"


def _element(value: Any) -> str:
    if value is None:
        return "null"
    text = f"\\x{value.hex()}" if type(value) is bytes else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
