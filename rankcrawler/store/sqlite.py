"""The store in one SQLite file, which several workers of one machine may share."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec

from rankcrawler.errors import StoreError
from rankcrawler.items import Quarantined, RankEntry, RoomSnapshot
from rankcrawler.store import queries
from rankcrawler.store.contract import Counts, Kept

VERSION = 1
"""The schema's version, kept in the file as user_version."""

_OWN_FIELDS = RankEntry.__struct_fields__.index("rank")


class SqliteStore:
    """Opens, or creates, a database file. `patience` is how many seconds to wait for another writer."""

    def __init__(self, path: Path, *, patience: float = 30.0) -> None:
        self._sql = queries.load()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=patience, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the SQLite store {path} cannot be opened: {error}") from error
        try:
            self._set_up(monotonic() + patience)
            self._create(path)
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"the SQLite store {path} cannot be opened: {error}") from error
        except StoreError:
            self._db.close()
            raise

    def write(self, snapshots: Sequence[RoomSnapshot]) -> list[Kept]:
        """Keep all in one transaction, on disk when it returns; or raise StoreError and keep none."""
        try:
            with self._transaction():
                return [self._write_one(snapshot) for snapshot in snapshots]
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise StoreError(f"the SQLite store takes no more: {error}") from error

    def latest(self, room_id: str) -> RoomSnapshot | None:
        """The list that a room had at its last poll."""
        cursor = self._db.execute(self._sql["latest_snapshot"], (room_id,))
        row = cursor.fetchone()
        return (
            None if row is None else self._read(dict(zip((each[0] for each in cursor.description), row, strict=True)))
        )

    def counts(self) -> Counts:
        """How much the store holds."""
        return Counts(*self._db.execute(self._sql["counts"]).fetchone())

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _set_up(self, deadline: float) -> None:
        """Of many that open a new file at once one can turn it to WAL, and SQLite has the others fail, not wait."""
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
                sleep(0.01)
        self._db.execute("PRAGMA synchronous = FULL")

    def _create(self, path: Path) -> None:
        """Make the tables, once: BEGIN IMMEDIATE lets one of many workers that start together do it."""
        with self._transaction():
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise StoreError(f"{path} was written by a newer rankcrawler (version {found}, not {VERSION})")
            if found == 0:
                for statement in files(__package__).joinpath("schema.sql").read_text("utf-8").split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _write_one(self, snapshot: RoomSnapshot) -> Kept:
        facts = _facts(snapshot)
        room = self._db.execute(self._sql["room"], (snapshot.source, snapshot.room_id)).fetchone()
        if room is None:
            key = self._db.execute(self._sql["add_room"], facts).lastrowid
            room = (key, "", "", None, 0)
        room_key, last_captured_at, last_digest, last_snapshot, fence = room
        if snapshot.fence < fence:
            return Kept.STALE
        if self._db.execute(self._sql["has_poll"], (room_key, snapshot.captured_at)).fetchone():
            return Kept.DUPLICATE
        is_newest = snapshot.captured_at > last_captured_at
        kept, key = self._keep(
            snapshot, facts | {"room_key": room_key}, last_digest if is_newest else "", last_snapshot
        )
        facts |= {"room_key": room_key, "snapshot_key": key, "outcome": kept.value}
        self._db.execute(self._sql["add_poll"], facts)
        unread = [(room_key, snapshot.captured_at, *msgspec.structs.astuple(row)) for row in snapshot.quarantined]
        self._db.executemany(self._sql["add_quarantined"], unread)
        if is_newest:
            self._db.execute(self._sql["advance_room"], facts)
        return kept

    def _keep(
        self, snapshot: RoomSnapshot, facts: dict[str, Any], last_digest: str, last_snapshot: int | None
    ) -> tuple[Kept, int | None]:
        """Store the list itself, if need be; and the key of the snapshot that holds it."""
        if not snapshot.entries:
            return Kept.EMPTY, None
        if snapshot.digest == last_digest:
            return Kept.UNCHANGED, last_snapshot
        key = self._db.execute(self._sql["add_snapshot"], facts).lastrowid
        self._db.executemany(self._sql["add_entry"], _entry_rows(key, snapshot.entries))
        self._db.executemany(self._sql["see_user"], _user_rows(snapshot))
        return Kept.STORED, key

    def _read(self, row: dict[str, Any]) -> RoomSnapshot:
        row |= {"kind": "ranklist"}
        shared = [row[name] for name in ("source", "kind", "room_id", "anchor_id", "captured_at", "polled_at")]
        rows = self._db.execute(self._sql["entries_of"], (row["snapshot_key"],)).fetchall()
        entries = [
            dict(zip(RankEntry.__struct_fields__, (*shared, rank, *own, _words(flags)), strict=True))
            for _, rank, _, *own, flags in rows
        ]
        unread = self._db.execute(self._sql["quarantined_of"], (row["room_key"], row["captured_at"])).fetchall()
        quarantined = [dict(zip(Quarantined.__struct_fields__, each, strict=True)) for each in unread]
        fields = row | {"entries": entries, "quarantined": quarantined, "flags": _words(row["flags"])}
        return msgspec.convert(fields, RoomSnapshot, strict=False)


def _facts(snapshot: RoomSnapshot) -> dict[str, Any]:
    lists = ("entries", "quarantined")
    facts = {name: getattr(snapshot, name) for name in RoomSnapshot.__struct_fields__ if name not in lists}
    return facts | {"flags": " ".join(snapshot.flags) or None}


def _entry_rows(key: int | None, entries: Sequence[RankEntry]) -> Iterator[tuple[Any, ...]]:
    for position, entry in enumerate(entries, start=1):
        rank, *own, flags = msgspec.structs.astuple(entry)[_OWN_FIELDS:]
        yield (key, rank, position, *own, " ".join(flags) or None)


def _user_rows(snapshot: RoomSnapshot) -> Iterator[tuple[Any, ...]]:
    for entry in snapshot.entries:
        if entry.user_id is not None:
            yield (
                entry.source,
                entry.user_id,
                entry.sec_uid,
                entry.display_id,
                entry.nickname,
                entry.gender,
                entry.avatar_url,
                snapshot.captured_at,
            )


def _words(text: str | None) -> list[str]:
    return text.split(" ") if text else []
