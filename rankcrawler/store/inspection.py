"""Runs other people's queries: one statement that reads, for a limited time, on a connection of its own."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import apsw

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.language import tr
from rankcrawler.store import locate, schema
from rankcrawler.store.database import Record
from rankcrawler.store.files import StoreFile

_READS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:SELECT|WITH|VALUES|EXPLAIN|TABLE)\b", re.IGNORECASE | re.DOTALL)
_ALLOWED = {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE}
_PRAGMAS = {"table_info", "table_xinfo", "table_list", "index_list"}
_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock: less than a millisecond."""


class Answer(NamedTuple):
    """What a query returns."""

    names: Sequence[str]
    records: Iterator[Record]
    """Read from the database one after the other."""


@contextmanager
def asked(url: str, query: str, seconds: float) -> Iterator[Answer]:
    """Run a query on the store at an address; the answer is valid within the context.

    Raises SettingError for a statement that does not read, and for JSON Lines; NoStore if there is no store; StoreError
    if the query fails or takes longer.
    """
    if not _READS.match(query):
        raise SettingError(
            tr("expected a query that begins with SELECT or WITH, not {query!r}", query=query.strip()[:40])
        )
    kind, path = locate.parse(url)
    if kind == "jsonl":
        raise SettingError(
            tr("STORE_URL is {url}, which other tools can read; this command needs sqlite: or postgresql:", url=url)
        )
    with _sqlite(Path(path), query, seconds) if kind == "sqlite" else _postgresql(url, query, seconds) as answer:
        yield answer


@contextmanager
def _sqlite(path: Path, query: str, seconds: float) -> Iterator[Answer]:
    StoreFile(path, create=False)
    deadline = monotonic() + seconds
    try:
        with closing(apsw.Connection(str(path), apsw.SQLITE_OPEN_READWRITE)) as database:
            database.set_busy_timeout(2000)
            if (found := int(database.execute("PRAGMA user_version").get)) != schema.version():
                raise schema.mismatch(path, found)
            database.execute("PRAGMA query_only = ON")  # a read-only connection leaves its files behind
            database.authorizer = _is_allowed
            database.set_progress_handler(lambda: monotonic() > deadline, _STEPS)
            names: list[str] = []
            cursor = database.cursor()
            cursor.exec_trace = partial(_note_names, names)
            yield Answer(names, cursor.execute(query))
    except apsw.InterruptError:
        raise _too_long(seconds) from None
    except apsw.ExecTraceAbort:
        raise SettingError(tr("expected one query, not several")) from None
    except apsw.Error as error:
        raise StoreError(tr("the query fails: {error}", error=error)) from None


def _is_allowed(operation: int, first: str | None, *_: str | None) -> int:
    if operation in _ALLOWED or (operation == apsw.SQLITE_PRAGMA and first in _PRAGMAS):
        return apsw.SQLITE_OK
    return apsw.SQLITE_DENY


def _note_names(names: list[str], cursor: apsw.Cursor, *_: object) -> bool:
    """Note the names of a statement's columns; False, which stops SQLite, for a second statement."""
    is_first = not names
    names += [each[0] for each in cursor.get_description()]
    return is_first


@contextmanager
def _postgresql(url: str, query: str, seconds: float) -> Iterator[Answer]:
    import psycopg  # takes 50 ms

    from rankcrawler.store.postgresql_address import first_line
    from rankcrawler.store.postgresql_connection import CONNECT_SECONDS, OPTIONS

    options = f"{OPTIONS} -c default_transaction_read_only=on -c statement_timeout={round(seconds * 1000)}"
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=options) as connection:
            connection.read_only = True
            cursor = connection.execute(query.encode(), prepare=True)  # what is prepared is one statement
            yield Answer([each.name for each in cursor.description or ()], iter(cursor))
    except psycopg.errors.QueryCanceled:
        raise _too_long(seconds) from None
    except psycopg.Error as error:
        raise StoreError(tr("the query fails: {error}", error=first_line(error, url))) from None


def _too_long(seconds: float) -> StoreError:
    return StoreError(
        tr("the query took longer than {seconds:g} s: ask for less, or allow more with --timeout", seconds=seconds)
    )


def plain(value: Any) -> Any:
    """A value of a record as JSON and CSV can hold it: bytes in hex, whatever else is no number as text."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
