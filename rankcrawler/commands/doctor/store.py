"""Looks at the store: its version, its place, and whether it can be written to. Where there is none, none is made."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rankcrawler.commands import program
from rankcrawler.commands.doctor.finding import Finding, ok, warning, wrong
from rankcrawler.commands.doctor.machine import above_of
from rankcrawler.commands.store.answers import size
from rankcrawler.errors import NoStore, OtherVersion, SettingError, StoreError
from rankcrawler.language import marked, tr
from rankcrawler.options import Options
from rankcrawler.store import locate, schema, trial
from rankcrawler.store.database import Database

_PLACE, _VERSION, _SPACE, _WRITING = marked("place"), marked("version"), marked("free space"), marked("write test")
_RIGHTS = marked("rights")
_OTHERS = 0o077
_LITTLE, _TOO_LITTLE = 5 << 30, 200 << 20
"""Bytes free: a fleet of a few hundred rooms fills the first in days, and a crawl the second within hours."""


def findings(options: Options) -> Iterator[Finding]:
    """Yield what is found of the store."""
    try:
        kind, path = locate.parse(options.store_url)
    except SettingError as error:
        yield wrong("store", _PLACE, str(error))
        return
    if kind == "jsonl":
        yield from _json_lines(Path(path))
    elif kind == "sqlite":
        yield from _database(options.store_url, Path(path))
    else:
        yield from _database(options.store_url, None)


def _database(url: str, file: Path | None) -> Iterator[Finding]:
    """Yield what is found of a database: a file, or a server's."""
    try:
        with closing(locate.open_database(url)) as database:
            yield ok("store", _PLACE, tr("{place}, {size}", place=database.place, size=size(database.size())))
            yield ok("store", _VERSION, tr("{version}, as this program needs it", version=schema.version()))
            yield _written(database)
    except OtherVersion as error:
        yield wrong("store", _VERSION, str(error), f"{program.name()} store migrate" if error.is_older else None)
    except NoStore as error:
        yield ok("store", _PLACE, str(error))
        yield _creatable(url, file)
    except StoreError as error:
        yield wrong("store", _PLACE, str(error))
    if file is None:
        yield ok("store", _SPACE, tr("the disk is the database server's, and cannot be seen from here"))
    else:
        yield _space(file)
        yield from _rights(file)


def _written(database: Database) -> Finding:
    try:
        trial.write(database)
    except StoreError as error:
        return wrong("store", _WRITING, str(error))
    return ok("store", _WRITING, tr("a transaction was written, and taken back"))


def _creatable(url: str, file: Path | None) -> Finding:
    """Whether a crawl can create the store."""
    if file is not None:
        return _filed(above_of(file))
    try:
        trial.make_table(url)
    except StoreError as error:
        return wrong("store", _WRITING, str(error), "psql -c 'GRANT CREATE ON SCHEMA public TO USER'")
    return ok("store", _WRITING, tr("a table was made, and taken back"))


def _json_lines(folder: Path) -> Iterator[Finding]:
    """Yield what is found of a folder of JSON Lines, which have no version."""
    yield ok("store", _PLACE, tr("JSON Lines in {folder}", folder=folder))
    yield _filed(folder if folder.is_dir() else above_of(folder))
    yield _space(folder)
    for file in sorted(folder.glob("*.jsonl")):
        yield from _rights(file)


def _filed(folder: Path) -> Finding:
    """Whether a file can be written in a folder: one is, and is removed."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\n" * 65_536)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        found = tr("no file can be written in {folder}: {error}", folder=folder, error=error.strerror)
        return wrong("store", _WRITING, found, f"sudo chown -R $USER {folder}")
    return ok("store", _WRITING, tr("a file was written in {folder}, and removed", folder=folder))


def _space(path: Path) -> Finding:
    """How much is free where a path is, or will be."""
    folder = path if path.is_dir() else above_of(path)
    free = shutil.disk_usage(folder).free
    found = tr("{size} on the disk of {folder}", size=size(free), folder=folder)
    if free >= _LITTLE:
        return ok("store", _SPACE, found)
    state = wrong if free < _TOO_LITTLE else warning
    return state("store", _SPACE, found, f"{program.name()} store purge --older-than 30d")


def _rights(file: Path) -> Iterator[Finding]:
    if file.exists() and file.stat().st_mode & _OTHERS:
        found = tr("other users of this machine can read or write {file}, where names of people are", file=file)
        yield warning("store", _RIGHTS, found, f"chmod 600 {file}")
