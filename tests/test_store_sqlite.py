"""What only the SQLite store does."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import apsw
import pytest

from rankcrawler.errors import RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.store.answers import Counts
from rankcrawler.store.contract import Kept
from rankcrawler.store.sql_store import SqlStore
from rankcrawler.store.sqlite import SqliteDatabase
from tests.builders import entry, polled, snapshot


def opened(folder: Path, **options: Any) -> SqlStore:
    return SqlStore(SqliteDatabase(folder / "ranks.db", **options))


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(folder / "ranks.db")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def test_the_file_is_in_wal_mode_and_has_the_tables(tmp_path: Path) -> None:
    opened(tmp_path).close()
    assert query(tmp_path, "PRAGMA journal_mode") == [("wal",)]
    tables = {name for (name,) in query(tmp_path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables >= {"_rooms", "_users", "_snapshots", "_entries", "_polls", "_quarantine"}


def test_anonymised_rows_belong_to_no_contributor(tmp_path: Path) -> None:
    store = opened(tmp_path)
    rows = tuple(entry(rank=rank, user_id=None, is_anonymous=True) for rank in range(1, 201))
    store.write([polled(snapshot(entries=rows))])
    assert store.counts() == Counts(rooms=1, polls=1, snapshots=1, entries=200)
    store.close()
    assert query(tmp_path, "SELECT count(*) FROM _users") == [(0,)]


@pytest.mark.parametrize(("version", "age"), [(99, "newer"), (1, "older")])
def test_a_file_of_another_version_is_refused(tmp_path: Path, version: int, age: str) -> None:
    query(tmp_path, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match=f"written by an? {age} rankcrawler"):
        opened(tmp_path)


def test_a_batch_with_a_row_that_is_refused_keeps_none_of_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    good = polled(snapshot(entries=(entry(rank=1),), room_id="1"))
    bad = polled(snapshot(entries=(entry(rank=1, score=2**63),), room_id="2"))
    with pytest.raises(RefusedByStore, match="the SQLite store refuses a poll"):
        store.write([good, bad])
    assert store.counts() == Counts(0, 0, 0, 0)
    assert store.write([good]) == [Kept.STORED]
    store.close()


def test_a_file_that_another_process_has_locked_is_unavailable_for_that_long(tmp_path: Path) -> None:
    store = opened(tmp_path, patience=0.05)
    other = apsw.Connection(str(tmp_path / "ranks.db"))
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable, match="database is locked"):
        store.write([polled(snapshot())])
    other.execute("ROLLBACK")
    other.close()
    assert store.write([polled(snapshot())]) == [Kept.STORED]
    store.close()


def test_a_full_disk_is_unavailable_until_there_is_room(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.database._db.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]
    lists = [polled(snapshot(room_id=str(room))) for room in range(1, 200)]
    with pytest.raises(StoreUnavailable, match="full"):
        store.write(lists)
    assert store.counts() == Counts(0, 0, 0, 0)
    store.database._db.execute("PRAGMA max_page_count = 1073741823")  # type: ignore[attr-defined]
    assert store.write(lists) == [Kept.STORED] * len(lists)
    store.close()


def test_many_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    for round_ in range(20):
        together = Barrier(8)

        def open_it(path: Path = tmp_path / f"{round_}.db", together: Barrier = together) -> Counts:
            together.wait()
            store = SqlStore(SqliteDatabase(path))
            try:
                return store.counts()
            finally:
                store.close()

        with ThreadPoolExecutor(8) as pool:
            assert [each.result() for each in [pool.submit(open_it) for _ in range(8)]] == [Counts(0, 0, 0, 0)] * 8
