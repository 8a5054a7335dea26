"""Migrates SQLite files: in place, except for version 1, which is copied into a new file."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.store import schema, version_1
from rankcrawler.store.dialects import SQLITE
from rankcrawler.store.sql_store import SqlStore
from rankcrawler.store.sqlite import SqliteDatabase


def migrate(path: Path) -> str | None:
    """Migrate a file, and return a line that says what was done; None if it has this version, or a newer one.

    A file of version 1 stays beside the new one as FILE.v1.
    """
    with _opened(path) as database:
        found = _version(database)
        if found == 1:
            return _copy(database, path)
        if found == 0 or found >= schema.version():
            return None
        for number in range(found + 1, schema.version() + 1):
            _step(database, path, number)
    return tr("{place}: migrated from version {old} to {new}", place=path, old=found, new=schema.version())


@contextmanager
def _opened(path: Path) -> Iterator[apsw.Connection]:
    with closing(apsw.Connection(str(path))) as database:
        database.set_busy_timeout(1000)
        try:
            yield database
        except apsw.BusyError as error:
            raise StoreError(
                tr("{place} is in use: stop the workers first ({error})", place=path, error=error)
            ) from error
        except apsw.Error as error:
            raise StoreError(
                tr("the SQLite store {path} cannot be migrated: {error}", path=path, error=error)
            ) from error


def _version(database: apsw.Connection) -> int:
    return int(database.execute("PRAGMA user_version").get)


def _step(database: apsw.Connection, path: Path, number: int) -> None:
    database.execute("BEGIN EXCLUSIVE")
    if _version(database) != number - 1:
        raise StoreError(tr("{place} is in use: another process migrates it", place=path))
    for statement in schema.step(number, SQLITE):
        database.execute(statement)
    database.execute("COMMIT")


def _copy(source: apsw.Connection, path: Path) -> str:
    new, old = path.with_name(f"{path.name}.migrating"), path.with_name(f"{path.name}.v1")
    if old.exists():
        raise StoreError(tr("{old} exists already, from an earlier migration: move it away first", old=old))
    for name in (new, path.with_name(f"{new.name}-wal"), path.with_name(f"{new.name}-shm")):
        name.unlink(missing_ok=True)
    source.execute("PRAGMA locking_mode = EXCLUSIVE")
    source.execute("BEGIN EXCLUSIVE")
    polls = _copied(source, new)
    source.execute("ROLLBACK")
    source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    source.close()
    path.rename(old)
    os.replace(new, path)  # noqa: PTH105 - beside a rename, the word says what it does
    return tr(
        "{path}: migrated {polls} polls from version 1 to {new}; the old file is {old}",
        path=path,
        polls=polls,
        new=schema.version(),
        old=old,
    )


def _copied(source: apsw.Connection, new: Path) -> int:
    """Write all polls to a new file; returns how many."""
    store = SqlStore(SqliteDatabase(new))
    try:
        for batch in version_1.batches(source):
            store.write(batch)
        written = store.counts()
    finally:
        store.close()
    rooms, polls, lists = version_1.counts(source)
    if (written.rooms, written.polls) != (rooms, polls) or written.snapshots < lists:
        raise StoreError(
            tr(
                "{new}: expected {rooms} rooms, {polls} polls and {lists} lists, got {written}",
                new=new,
                rooms=rooms,
                polls=polls,
                lists=lists,
                written=written,
            )
        )
    return polls
