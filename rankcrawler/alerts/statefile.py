"""The file in which alerts are kept: private to its owner, and whole at every moment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw

from rankcrawler.errors import AlertError, StoreError
from rankcrawler.language import tr
from rankcrawler.store.files import StoreFile

NAME = "alerts.db"
VERSION = 1
_PATIENCE_MS = 10_000
_APPLICATION = 0x72616C74
"""Marks the file as one of ours, in SQLite's header."""
Record = tuple[Any, ...]


def place(data_dir: Path) -> Path:
    """Where the file is."""
    return data_dir / NAME


def state(path: Path) -> str:
    """What differs once anything was written to the file; empty where there is none. The file is not opened."""
    try:
        return StoreFile(path, create=False).state()
    except (OSError, ValueError, StoreError):
        return ""


def _statements() -> dict[str, str]:
    """The named queries of sql/state.sql."""
    text = files(__package__).joinpath("sql", "state.sql").read_text("utf-8")
    blocks = (block.partition("\n") for block in text.split("-- name: ")[1:])
    return {name.strip(): query.strip() for name, _, query in blocks}


class StateFile:
    """Runs named queries; raises AlertError where the file cannot be used.

    One thread uses it at a time; several processes may have it open. It is made where it is missing, if `create`.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._sql = _statements()
        try:
            if create:
                path.parent.mkdir(0o700, parents=True, exist_ok=True)
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = apsw.Connection(str(path), apsw.SQLITE_OPEN_READWRITE)
        except (OSError, ValueError, apsw.Error) as error:
            raise self._error(error) from error
        try:
            self._set_up()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> "StateFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def all(self, query: str, /, **values: Any) -> list[Record]:
        """Run a query; returns its records."""
        with self._translated():
            return self._db.execute(self._sql[query], values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written in the block is on disk when it ends, or not at all."""
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._db.close()

    def _set_up(self) -> None:
        with self._translated():
            self._db.set_busy_timeout(_PATIENCE_MS)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            if self._is_ours():
                return
        with self.transaction():
            if self._is_ours():
                return
            found = int(self._db.execute("PRAGMA user_version").get)
            if found or self._db.execute("SELECT count(*) FROM sqlite_master").get:
                raise AlertError(tr("{path} was written by another program, or a newer rankcrawler", path=self.path))
            self._db.execute(self._sql["create"])
            self._db.execute(f"PRAGMA user_version = {VERSION}")
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _is_ours(self) -> bool:
        """Whether it is set up, in this version."""
        found = [self._db.execute(f"PRAGMA {name}").get for name in ("user_version", "application_id")]
        return found == [VERSION, _APPLICATION]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> AlertError:
        return AlertError(tr("the alerts in {path} cannot be used: {error}", path=self.path, error=error))
