"""Reads the .sql files: each query under its name."""

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import Any

from rankcrawler.model.columns import Column
from rankcrawler.store import layout
from rankcrawler.store.dialects import Dialect, Words, render
from rankcrawler.store.tables import INTERNED, Columns, Table, columns

_ROWS = "-- rows: "
_ALIASES = {"_users": "u", "_profiles": "p", "_grades": "g", "_clubs": "c", "_entries": "e"}
"""What the queries that put lists together call the tables."""


def load(dialect: Dialect) -> dict[str, str]:
    """The queries by name, with the driver's own placeholders for values."""
    texts = (
        *("write.sql", "read.sql", "count.sql", "gains.sql", "check.sql", "sources.sql", "insight.sql", "alerts.sql"),
        f"{dialect.name}.sql",
    )
    blocks = {name: block for file in texts for name, block in _blocks(file)}
    words: dict[str, Any] = {**dialect.words, **_DERIVED}
    words |= {name: partial(_fragment, block, words) for name, block in blocks.items()}
    queries = {name: _query(block, words, dialect) for name, block in blocks.items()}
    templates = dict(_blocks("tables.sql"))
    for table in INTERNED:
        found = {
            "key": table.key,
            "found": ", ".join(f"t.{name}" for name, _ in table.identity),
            "matches": " AND ".join(f"t.{name} = w.{name}" for name, _ in table.identity),
        }
        queries[table.find] = _filled(templates["find"], table.name, table.identity, dialect, found)
        queries[table.add] = _filled(templates["add"], table.name, table.columns, dialect)
    return queries


def insert(table: Table, dialect: Dialect) -> str:
    """The query that adds records to a table."""
    return _filled(dict(_blocks("tables.sql"))["insert"], table.name, table.columns, dialect)


class Repetitions:
    """Queries with their row of placeholders repeated, each made once."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, int], str] = {}

    def text(self, query: str, count: int) -> str:
        """The query for so many rows."""
        if (query, count) not in self._texts:
            before, values, rest = query.partition("VALUES ")
            row, end, after = rest.partition(")")
            self._texts[query, count] = before + values + ",".join([row + end] * count) + after
        return self._texts[query, count]


def filled(file: str, words: Words) -> dict[str, str]:
    """The queries of a file of templates by name, with the words for their placeholders."""
    return {name: render(_text(block), words) for name, block in _blocks(file)}


def _filled(template: str, table: str, given: Columns, dialect: Dialect, words: Words | None = None) -> str:
    own = {"table": table, "columns": _names(given), "rows": dialect.many(given)}
    return render(_text(template), {**own, **(words or {})})


def _query(block: str, words: Words, dialect: Dialect) -> str:
    given = next((columns(line.removeprefix(_ROWS)) for line in block.split("\n") if line.startswith(_ROWS)), ())
    own = {"columns": _names(given), "rows": dialect.many(given)}
    return dialect.binds(render(_text(block), {**words, **own}))


def _fragment(block: str, words: Words) -> str:
    return render(_text(block), words)


def _blocks(file: str) -> Iterator[tuple[str, str]]:
    """Names, each with its query and the comments above it."""
    for block in files(__package__).joinpath("sql", file).read_text("utf-8").split("-- name: ")[1:]:
        name, _, text = block.partition("\n")
        yield name.strip(), text


def _text(block: str) -> str:
    """A query without its comments."""
    return "\n".join(line for line in block.split("\n") if not line.startswith("--")).strip().removesuffix(";")


def _names(of: Columns) -> str:
    return ", ".join(name for name, _ in of)


def _held(of: Sequence[Column]) -> str:
    return "".join(f", {_ALIASES[layout.table_of(each)]}.{each.name}" for each in of)


_DERIVED: Words = {
    "served": lambda _: _held(layout.SERVED),
    "other": lambda *_: _held(layout.OTHERS),
}
