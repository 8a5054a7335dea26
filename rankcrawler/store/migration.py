"""Brings a store that an older rankcrawler wrote to the version of this one."""

import os
from contextlib import closing
from pathlib import Path

import apsw

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.store import locate, queries, version_1
from rankcrawler.store.sql_store import SqlStore
from rankcrawler.store.sqlite import VERSION, SqliteDatabase


def migrate(where: str) -> str:
    """Do what is to be done, and say what was; SettingError for JSON Lines, StoreError where it cannot be done.

    A file of version 1 stays as FILE.v1 beside the new one, which takes its place when it is whole. What is newer is
    changed where it is, in one transaction. Whatever stops a migration leaves the old store in its place, and it can be
    started again.
    """
    kind, path = locate.parse(where)
    if kind == "jsonl":
        raise SettingError(f"STORE_URL is {where}: JSON Lines have no version to be migrated from")
    if kind == "sqlite" and Path(path).exists():
        version = _version(Path(path))
        if version in (1, 2):
            return _from_1(Path(path)) if version == 1 else _from_2(Path(path))
    if kind == "postgresql":
        from rankcrawler.store import postgresql  # its driver takes 50 ms to import

        if done := postgresql.migrate(where):
            return done
    store = locate.open_records(where)
    place, version = store.status()[:2]
    store.close()
    return f"{place} is of version {version}, as it should be"


def _version(path: Path) -> int:
    with closing(_opened(path)) as database:
        try:
            return int(database.execute("PRAGMA user_version").get)
        except apsw.Error as error:
            raise StoreError(f"the SQLite store {path} cannot be read: {error}") from error


def _opened(path: Path) -> apsw.Connection:
    database = apsw.Connection(str(path))
    database.set_busy_timeout(1000)
    return database


def _from_1(path: Path) -> str:
    new, old = path.with_name(f"{path.name}.migrating"), path.with_name(f"{path.name}.v1")
    if old.exists():
        raise StoreError(f"{old} is there already, from a migration before: move it away first")
    for name in (new, *_beside(new)):
        name.unlink(missing_ok=True)
    with closing(_opened(path)) as source:
        try:
            source.execute("PRAGMA locking_mode = EXCLUSIVE")
            source.execute("BEGIN EXCLUSIVE")
        except apsw.BusyError as error:
            raise StoreError(f"{path} is in use: stop the workers first ({error})") from error
        polls = _copied(source, new)
        source.execute("ROLLBACK")
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.rename(old)
    os.replace(new, path)  # noqa: PTH105 - beside a rename, the word says what it does
    return f"{path}: {polls} polls brought from version 1 to {VERSION}; the old file is {old}"


def _from_2(path: Path) -> str:
    with closing(_opened(path)) as database:
        try:
            database.execute("BEGIN EXCLUSIVE")
        except apsw.BusyError as error:
            raise StoreError(f"{path} is in use: stop the workers first ({error})") from error
        for statement in queries.migration(2, "sqlite").split(";\n"):
            database.execute(statement)
        database.execute("COMMIT")
    return f"{path}: brought from version 2 to {VERSION}"


def _copied(source: apsw.Connection, new: Path) -> int:
    store = SqlStore(SqliteDatabase(new))
    try:
        for batch in version_1.batches(source):
            store.write(batch)
        written = store.counts()
    finally:
        store.close()
    rooms, polls, lists = version_1.counts(source)
    if (written.rooms, written.polls) != (rooms, polls) or written.snapshots < lists:
        raise StoreError(f"{new}: expected {rooms} rooms, {polls} polls and {lists} lists, got {written}")
    return polls


def _beside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}-{suffix}") for suffix in ("wal", "shm")]
