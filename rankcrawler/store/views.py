"""The views that people read, from sql/views.sql: their SQL for each database, and what each view and column means.

Every migration makes the views again. In its text, {NAME …} stands for the fragment of that name, in which $1, $2 …
stand for the words after the name; {feed} for the columns that feeds have; and {iso MS}, {seconds MS}, {now}, {join},
{times}, {chain} and {above} for what differs between the databases. A view has the columns that its first SELECT names.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rankcrawler.model.columns import Column
from rankcrawler.model.rows import COLUMNS
from rankcrawler.store import layout
from rankcrawler.store.dialects import Dialect

SINCE = 7
"""The first version of the schema with views."""
_INNERMOST = re.compile(r"\{([^{}]+)\}")
_BLOCK = re.compile(r"^-- (view|fragment): (.+)\n", re.MULTILINE)
_COLUMN = re.compile(r"-- column: (\w+): (.*)")
_OF_POLL = {
    "source": "o.source",
    "kind": "r.kind",
    "room_id": "r.room_id",
    "anchor_id": "s.anchor_id",
    "captured_at": "{captured_at} AS captured_at, p.at_ms AS captured_ms",
    "polled_at": "{polled_at} AS polled_at, p.polled_ms",
}
_ALIASES = {"_users": "u", "_profiles": "w", "_grades": "g", "_clubs": "c", "_entries": "e"}
_FEEDS = {each.name: each.description for each in COLUMNS} | {
    "captured_ms": "The list's place in the order of its room: `captured_at` in milliseconds since 1970, or "
    "`polled_at` if the list's clock was wrong.",
}

Word = str | Callable[[str], str]

_DIFFERING: Mapping[str, Mapping[str, Word]] = {
    "sqlite": {
        "join": "CROSS JOIN",  # keeps the order of tables, which PostgreSQL finds on its own
        "now": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
        "iso": lambda ms: f"strftime('%Y-%m-%dT%H:%M:%fZ', ({ms}) / 1000.0, 'unixepoch')",
        "times": "{times_sqlite}",
        "captured_at": "i.value",
        "polled_at": "j.value",
        "chain": "{chain_sqlite}",
        "above": "json_extract(q.value, '$[2]')",
    },
    "postgresql": {
        "join": "JOIN",
        "now": "CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
        "iso": lambda ms: (
            f"""to_char(to_timestamp(({ms}) / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.')"""
            f""" || to_char(({ms}) % 1000, 'FM000"Z"')"""
        ),
        "times": "{times_postgresql}",
        "captured_at": "i.captured_at",
        "polled_at": "i.polled_at",
        "chain": "{chain_postgresql}",
        "above": "e.above",
    },
}


class View(NamedTuple):
    """A view."""

    name: str
    description: str
    query: str
    """As views.sql has it."""
    meanings: Mapping[str, str]
    """Of the columns that it describes itself."""

    def sql(self, dialect: Dialect) -> str:
        """Its query, for a database."""
        return _filled(self.query, _words(dialect))

    @property
    def columns(self) -> dict[str, str]:
        """What each of its columns means, in their order."""
        text = _filled(self.query, {**_words_of("sqlite"), "iso": "ms", "seconds": "s"})
        names = [_name(each) for each in _selected(text)]
        return {name: self._meaning(name) for name in names}

    def _meaning(self, name: str) -> str:
        at = f"{name.removesuffix('_ms')}_at"
        if name.endswith("_ms") and name not in self.meanings and name not in _FEEDS:
            return f"`{at}`, in milliseconds since 1970."
        return self.meanings[name] if name in self.meanings else _FEEDS[name]


@cache
def views() -> tuple[View, ...]:
    """All views, in the order in which they are documented."""
    return tuple(
        View(name, _description(text), _query(text), dict(_COLUMN.findall(text)))
        for kind, name, text in _blocks()
        if kind == "view"
    )


def dropped() -> Iterator[str]:
    """The statements that remove the views, where they are: those first that read others."""
    for each in reversed(views()):
        yield f"DROP VIEW IF EXISTS {each.name}"


def made(dialect: Dialect) -> Iterator[str]:
    """The statements that make the views; PostgreSQL keeps what they and their columns mean."""
    for each in views():
        yield f"CREATE VIEW {each.name} AS\n{each.sql(dialect)}"
        if dialect.name == "postgresql":
            yield f"COMMENT ON VIEW {each.name} IS {_quoted(each.description)}"
            for name, meaning in each.columns.items():
                yield f"COMMENT ON COLUMN {each.name}.{name} IS {_quoted(meaning)}"


def _blocks() -> Iterator[tuple[str, str, str]]:
    """The kind, the name and the text of each block of views.sql."""
    parts = _BLOCK.split(files(__package__).joinpath("sql", "views.sql").read_text("utf-8"))
    return zip(parts[1::3], parts[2::3], parts[3::3], strict=True)


def _query(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("--")).strip().removesuffix(";")


def _description(text: str) -> str:
    lines = [line.removeprefix("-- ") for line in text.split("\n") if line.startswith("-- ")]
    return " ".join(line for line in lines if not line.startswith("column: "))


@cache
def _words_of(name: str) -> dict[str, Word]:
    fragments = {name: _fragment(_query(text)) for kind, name, text in _blocks() if kind == "fragment"}
    derived: dict[str, Word] = {
        "seconds": lambda ms: f"CAST({ms} AS DOUBLE PRECISION) / 1000",
        "feed": ", ".join(map(_of_feed, COLUMNS)),
        "user_feed": ", ".join(map(_of_feed, COLUMNS)).replace("{own delta}", "{own_delta_by_search}"),
    }
    return {**fragments, **derived, **_DIFFERING[name]}


def _words(dialect: Dialect) -> dict[str, Word]:
    return _words_of(dialect.name)


def _fragment(text: str) -> Callable[[str], str]:
    return lambda given: re.sub(r"\$(\d)", lambda found: given.split()[int(found[1]) - 1], text)


def _filled(text: str, words: Mapping[str, Word]) -> str:
    """The text with everything replaced, innermost first; raises KeyError for an unknown name."""

    def replaced(found: re.Match[str]) -> str:
        name, _, rest = found[1].partition(" ")
        word = words[found[1]] if found[1] in words else words[name]
        return word if isinstance(word, str) else word(rest)

    while _INNERMOST.search(text):
        text = _INNERMOST.sub(replaced, text)
    return text


def _of_feed(column: Column) -> str:
    """A column of feeds, as a view has it."""
    if column.name in _OF_POLL:
        return _OF_POLL[column.name]
    if column.name in layout.OWN:
        return f"{{own {column.name}}} AS {column.name}"
    held = f"{_ALIASES[layout.table_of(column)]}.{column.name}"
    return f"coalesce({held}, '') AS {column.name}" if column.type is tuple else held


def _selected(query: str) -> Iterator[str]:
    """The expressions of the first SELECT of a query."""
    depth, begin = 0, len("SELECT ")
    for found in re.finditer(r"[(),]|\bFROM\b", query):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0 and found[0] in (",", "FROM"):
            yield query[begin : found.start()]
            begin = found.end()
        if depth == 0 and found[0] == "FROM":
            return


def _name(expression: str) -> str:
    return re.split(r"\.| AS ", expression.strip())[-1]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
