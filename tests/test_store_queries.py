"""The .sql files keep to their rules, and Python names each query by a literal."""

import re
from pathlib import Path

import pytest

import rankcrawler.store
from rankcrawler.store import queries, schema, tables
from rankcrawler.store.dialects import POSTGRESQL, SQLITE, Dialect

FOLDER = Path(rankcrawler.store.__file__).parent
PYTHON = "\n".join(
    path.read_text("utf-8")
    for folder in (FOLDER, *(FOLDER.parent / name for name in ("insight", "alerts")))
    for path in folder.glob("*.py")
)
DIALECTS = pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=lambda dialect: dialect.name)


def all_statements(dialect: Dialect) -> dict[str, str]:
    steps = range(3, schema.version() + 1)
    made = {
        f"step {number}.{place}": text for number in steps for place, text in enumerate(schema.step(number, dialect))
    }
    made |= {f"schema {place}": text for place, text in enumerate(schema.fresh(dialect))}
    inserts = {table.name: queries.insert(table, dialect) for table in tables.ADDED_TO}
    return made | inserts | queries.load(dialect)


@DIALECTS
def test_every_insert_names_its_columns(dialect: Dialect) -> None:
    inserts = re.compile(r"INSERT (?:OR IGNORE )?INTO \w+(?: AS \w+)?(.*)")
    found = {name: inserts.findall(text) for name, text in all_statements(dialect).items()}
    assert sum(map(len, found.values())) > 15
    assert {name for name, rests in found.items() if not all(rest.startswith(" (") for rest in rests)} == set()


@DIALECTS
def test_every_placeholder_is_filled(dialect: Dialect) -> None:
    assert {name: text for name, text in all_statements(dialect).items() if re.search("[{}]", text)} == {}


@DIALECTS
def test_values_have_names_except_in_queries_for_many_rows(dialect: Dialect) -> None:
    positional = {"sqlite": r"\?", "postgresql": r"%t"}[dialect.name]
    loaded = queries.load(dialect)
    assert {name for name, text in loaded.items() if re.search(positional, text) and "WITH w" not in text} == {
        table.add for table in tables.INTERNED
    } | {"count_room_hours", "count_room_hours_again", "count_contributor_hours", "add_sessions", "add_ended_sessions"}


def test_every_query_is_named_by_a_literal_where_it_is_asked() -> None:
    fragments = {"in_chain", "list_columns", "list_texts", "topmost_rows", "place_columns", "counted", "counted_hours"}
    fragments |= {"sums_by_contributor", "over_ms", "missed", "before_ms", "presence", "meanwhile"}
    fragments |= {"merged_rooms", "merged_users", "merged_polls", "lists_of_source", "polls_of_source"}
    names = {*queries.load(SQLITE), *queries.load(POSTGRESQL)} - fragments
    assert {name for name in names if f'"{name}"' not in PYTHON} == set()


def test_no_query_is_in_two_files() -> None:
    names = [
        name for path in (FOLDER / "sql").glob("*.sql") for name in re.findall("-- name: (.*)", path.read_text("utf-8"))
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == [
        "lock_sources",
        "sort_arrivals",
        "topmost_rows",
    ]
