"""The schema: version 3 as sql/schema.sql has it, and the steps of sql/steps/ that lead on from it.

A new store is made by all of them; an older one takes the steps after its own version, so both end up the same. One
text serves both databases. Before a statement, `-- sqlite:` or `-- postgresql:` limits it to one.

{columns TABLE} stands for the table's columns that the declaration had in version 3, {create TABLE} for a table as
schema.sql has it, and {add column NAME} adds a column that the declaration has had `since` this step. Steps
leave out the views: those of views.py are dropped before each step, and made after the last one.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from rankcrawler.errors import OtherVersion, StoreError, UnfinishedCopy
from rankcrawler.model.columns import FIRST_VERSION, Column
from rankcrawler.model.rows import COLUMNS
from rankcrawler.store import layout, views
from rankcrawler.store.dialects import Dialect, Words, render

_MARK = re.compile(r"-- (sqlite|postgresql):")
UNFINISHED = 1_000_000
"""Is added to the version of a copy that is not whole yet, so that no program takes it for a store."""
_STEPS = files(__package__).joinpath("sql", "steps")


@cache
def version() -> int:
    """The schema's version: the number of the last step."""
    return max(int(step.name.partition(".")[0]) for step in _STEPS.iterdir())


def mismatch(place: object, found: int) -> StoreError:
    """The error for a store of another version than this one, or for a copy that is not whole."""
    if found > UNFINISHED:
        return UnfinishedCopy(place, found - UNFINISHED)
    return OtherVersion(place, found=found, wanted=version())


def fresh(dialect: Dialect) -> Iterator[str]:
    """The statements that make a new store."""
    yield from _statements(_baseline(), dialect)
    for number in range(FIRST_VERSION + 1, version() + 1):
        yield from step(number, dialect)


def step(number: int, dialect: Dialect) -> Iterator[str]:
    """The statements that bring a store to a version from the one before."""
    if number > views.SINCE:
        yield from views.dropped()
    yield from _statements(_STEPS.joinpath(f"{number}.sql").read_text("utf-8"), dialect)
    if number == version():
        yield from views.made(dialect)
    yield dialect.set_version.format(version=number)


def _baseline() -> str:
    return files(__package__).joinpath("sql", "schema.sql").read_text("utf-8")


def _statements(text: str, dialect: Dialect) -> Iterator[str]:
    for block in text.split(";\n"):
        mark = _MARK.search(block)
        statement = re.sub(r"\A(\s*--.*\n)*\s*", "", block)
        if statement.strip() and (mark is None or mark[1] == dialect.name):
            yield render(statement, _words(dialect))


def _words(dialect: Dialect) -> Words:
    return {
        **dialect.types,
        **dialect.words,
        "columns": lambda table: ",\n".join(
            f"  {_definition(each, dialect)}" for each in layout.HELD[table] if each.since <= FIRST_VERSION
        ),
        "create": lambda table: next(
            each for each in _statements(_baseline(), dialect) if each.startswith(f"CREATE TABLE {table} ")
        ),
        "add": lambda _, name: _addition(next(each for each in COLUMNS if each.name == name), dialect),
    }


def _addition(column: Column, dialect: Dialect) -> str:
    if not column.is_nullable and column.type is not tuple:
        raise ValueError(f"{column.name}: a column that is added must be nullable, as the rows before do not have it")
    return f"ALTER TABLE {layout.table_of(column)} ADD COLUMN {_name_and_type(column, dialect)}"


def _definition(column: Column, dialect: Dialect) -> str:
    return _name_and_type(column, dialect) + ("" if column.is_nullable else " NOT NULL")


def _name_and_type(column: Column, dialect: Dialect) -> str:
    return f"{column.name} {dialect.types[layout.type_of(column)]}"
