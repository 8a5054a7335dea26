"""Copies a store table by table, and verifies the copy."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from rankcrawler.errors import NoStore, SettingError, StoreError, UnfinishedCopy
from rankcrawler.language import tr
from rankcrawler.store import locate, schema
from rankcrawler.store.database import Record
from rankcrawler.store.moving import held
from rankcrawler.store.moving.comparison import CHUNK, Differs, compare, records
from rankcrawler.store.moving.held import Held, statements
from rankcrawler.store.moving.side import Side
from rankcrawler.store.moving.sqlite_side import SqliteSide

_FROM = "from"
"""The bookmark that names the old store."""


class Copied(NamedTuple):
    """How many records were copied."""

    now: int
    earlier: int
    """By a run that was interrupted."""


class Move:
    """A store that has no writers now, and a new one that no program takes for a store until finish()."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old = old
        self.new = new
        self._marks: dict[str, Record] = {}
        self.copied = Copied(0, 0)
        """So far."""
        self.again: list[str] = []
        """The tables that were copied again from their beginnings, because the old store was written to meanwhile."""

    def begin(self) -> None:
        """Mark the new store as one that is not whole, or read how far an earlier run has come.

        Raises StoreError if it is a store, or the copy of another one.
        """
        if self.new.version() == schema.version():
            with self.new.transaction():
                self.new.set_version(schema.UNFINISHED + schema.version())
                if any(self._run(self.new, table, "any_record") for table in held.tables()):
                    raise StoreError(
                        tr("{place} holds a store: name a new file, or an empty database", place=self.new.place)
                    )
                self._run(self.new, _ANY, "make_bookmarks")
                self._run(self.new, _ANY, "set_bookmark", _FROM, self.old.place)
            return
        marks: dict[str, str] = dict(self._run(self.new, _ANY, "bookmarks"))
        if (begun := marks.pop(_FROM)) != self.old.place:
            raise StoreError(
                tr(
                    "{place} holds a part of {other}, and not of {old}: remove it first, or finish that copy",
                    place=self.new.place,
                    other=begun,
                    old=self.old.place,
                )
            )
        self._marks = {name: tuple(json.loads(mark)) for name, mark in marks.items()}

    def total(self) -> int:
        """How many records the old store has; takes time in proportion."""
        return sum(int(self._run(self.old, table, "number_of_records")[0][0]) for table in held.tables())

    def copy(self) -> Iterator[int]:
        """Copy all records; yields how many are in the new store, chunk by chunk."""
        for table in held.tables():
            if table.name in self._marks:
                yield from self._looked_over(table)
            yield from self._copied(table)

    def verify(self) -> Iterator[int]:
        """Compare all records; yields how many are the same, chunk by chunk, and raises StoreError for a difference."""
        for table in held.tables():
            try:
                yield from compare(self.old, self.new, table)
            except Differs as error:
                raise StoreError(
                    tr(
                        "{new} is no copy of {old}: {difference}. Run the command again: it copies such a table again",
                        new=self.new.place,
                        old=self.old.place,
                        difference=error,
                    )
                ) from None

    def finish(self) -> None:
        """Make the copy a store like any other."""
        with self.new.transaction():
            self.new.complete(held.tables())
            self._run(self.new, _ANY, "drop_bookmarks")
            self.new.set_version(schema.version())

    def _looked_over(self, table: Held) -> Iterator[int]:
        """Compare what an earlier run has copied of a table; if it is not the same any more, remove all of it."""
        found = 0
        try:
            for number in compare(self.old, self.new, table, self._marks[table.name]):
                found += number
        except Differs:
            self._start_again(table)
            return
        self.copied = Copied(self.copied.now, self.copied.earlier + found)
        yield found

    def _start_again(self, table: Held) -> None:
        """Remove all records of a table from the new store."""
        self.again.append(table.name)
        self._marks.pop(table.name, None)
        with self.new.transaction():
            self._run(self.new, table, "clear")
            self._run(self.new, _ANY, "remove_bookmark", table.name)

    def _copied(self, table: Held) -> Iterator[int]:
        """Copy what comes after a table's bookmark."""
        after = self._marks.get(table.name)
        if after is not None and not table.key:
            return
        if after is None and self._run(self.new, table, "any_record"):
            self._start_again(table)
        while rows := records(self.old, table, after):
            after = table.key_of(rows[-1])
            self.new.prepare(table, rows)
            with self.new.transaction():
                self.new.add(table, rows)
                self._run(self.new, table, "set_bookmark", table.name, json.dumps(after))
            self.copied = Copied(self.copied.now + len(rows), self.copied.earlier)
            yield len(rows)
            if len(rows) < CHUNK or not table.key:
                return

    @staticmethod
    def _run(side: Side, table: Held, query: str, *values: str) -> list[Record]:
        return side.run(statements(table, side.dialect.name)[query], values)


_ANY = Held("_bookmarks", ("name", "value"), ("name",), frozenset())


@contextmanager
def opened(old_url: str, new_url: str) -> Iterator[Move]:
    """A move from one address to another, which keeps the writers of the old store waiting.

    Raises SettingError for an address that names no database, and StoreError if one of them cannot be used for this.
    """
    if locate.parse(old_url)[0] == "jsonl":
        raise SettingError(tr("STORE_URL is {url}: JSON Lines cannot be copied into a database", url=old_url))
    with closing(_old(old_url)) as old:
        if (found := old.version()) != schema.version():
            raise schema.mismatch(old.place, found) if found else NoStore(old.place)
        with closing(_new(new_url)) as new:
            if (old.dialect.name, old.place) == (new.dialect.name, new.place):
                raise SettingError(tr("{place} is the store itself: name another one", place=new.place))
            with old.unwritten():
                move = Move(old, new)
                move.begin()
                yield move


def _old(url: str) -> Side:
    kind, path = locate.parse(url)
    if kind == "sqlite" and not Path(path).exists():
        raise NoStore(Path(path).absolute())
    return _side(url)


def _new(url: str) -> Side:
    """The new store, which is made where there is none."""
    try:
        locate.open_database(url, create=True).close()
    except UnfinishedCopy as error:
        if error.version != schema.version():
            raise
    return _side(url)


def _side(url: str) -> Side:
    kind, path = locate.parse(url)
    if kind == "sqlite":
        return SqliteSide(Path(path))
    from rankcrawler.store.moving.postgresql_side import PostgresSide  # its driver takes 50 ms to import

    return PostgresSide(url)
