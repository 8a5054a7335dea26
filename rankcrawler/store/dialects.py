"""How SQLite and PostgreSQL differ: what stands for {…} in the .sql files, and how a query takes many rows."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rankcrawler.store.tables import Columns

Words = Mapping[str, str | Callable[..., str]]
"""What stands for a placeholder: a text, or a function of the words that follow the placeholder's first."""

_PLACEHOLDER = re.compile(r"\{([\w ]+)\}")
_BIND = re.compile(r"(?<![:\w]):([a-z]\w*)")


class Dialect(NamedTuple):
    """One database's SQL."""

    name: str
    """Of its own .sql file and of the marks `-- NAME:` in schemas."""
    types: Mapping[str, str]
    """Column types: text, int (32 bits), big (64), small (16), bytes, real; and key, a new number for each record."""
    words: Words
    many: Callable[[Columns], str]
    """What stands for {rows}."""
    binds: Callable[[str], str]
    """A query with the driver's own placeholders for `:name`."""
    set_version: str
    """Notes the schema's version, for {version}."""


def render(text: str, words: Words) -> str:
    """Replace placeholders; raises KeyError for an unknown one."""

    def replaced(found: re.Match[str]) -> str:
        head, *rest = found[1].split()
        word = words[head]
        return word if isinstance(word, str) else word(*rest)

    return _PLACEHOLDER.sub(replaced, text)


def _values(columns: Columns) -> str:
    return f"VALUES ({','.join('?' * len(columns))})"


def _arrays(columns: Columns) -> str:
    return f"SELECT * FROM unnest({', '.join(f'%t::{_POSTGRESQL[kind]}[]' for _, kind in columns)})"  # noqa: S608 - types


def _nothing(*_: str) -> str:
    return ""


_SQLITE = {
    "text": "TEXT",
    "int": "INTEGER",
    "big": "INTEGER",
    "small": "INTEGER",
    "bytes": "BLOB",
    "real": "REAL",
    "key": "INTEGER PRIMARY KEY",
}
_POSTGRESQL = {
    "text": "TEXT",
    "int": "INTEGER",
    "big": "BIGINT",
    "small": "SMALLINT",
    "bytes": "BYTEA",
    "real": "DOUBLE PRECISION",
    "key": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

SQLITE = Dialect(
    "sqlite",
    _SQLITE,
    {
        "strict": "STRICT",
        "clustered": "STRICT, WITHOUT ROWID",
        "references": "REFERENCES {}".format,
        "partition": _nothing,
        "least": "min",
        "like": "LIKE",
        "escaped": r"ESCAPE '\'",
        "joined": "group_concat({}, ' ')".format,
        "lock": _nothing,
    },
    _values,
    str,
    "PRAGMA user_version = {version}",
)
POSTGRESQL = Dialect(
    "postgresql",
    _POSTGRESQL,
    {
        "strict": "",
        "clustered": "",
        "references": _nothing,
        "partition": lambda _, column: f"PARTITION BY RANGE ({column})",
        "least": "least",
        "joined": "string_agg(CAST({} AS TEXT), ' ')".format,
        "like": 'COLLATE "C" ILIKE',  # as in SQLite, only letters of ASCII match in either case
        "escaped": "",  # by a backslash, as it is by default; said, it would take a third of the time of a search
        "lock": " FOR UPDATE OF {}".format,
    },
    _arrays,
    lambda query: _BIND.sub(r"%(\1)b", query),
    "UPDATE store SET version = {version}",
)
