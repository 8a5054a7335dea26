"""What is particular to the SQLite store."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from rankcrawler.errors import StoreError
from rankcrawler.store.contract import Counts
from rankcrawler.store.sqlite import SqliteStore
from tests.builders import entry, snapshot


def test_the_file_is_in_wal_mode_and_has_the_tables(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "ranks.db").close()
    database = sqlite3.connect(tmp_path / "ranks.db")
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"rooms", "users", "snapshots", "entries", "polls", "quarantine"}
    columns = [row[1] for row in database.execute("PRAGMA table_info(snapshots)")]
    assert {"room_id", "captured_at"} <= set(columns)
    database.close()


def test_a_user_has_the_latest_profile_and_is_first_seen_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "ranks.db")
    times = ["2026-11-23T12:00:01.000Z", "2026-11-23T12:00:02.000Z", "2026-11-23T12:00:00.000Z"]
    for number, moment in enumerate(times):
        row = entry(rank=1, user_id="7", nickname=f"name {number}")
        store.write([snapshot(entries=(row,), captured_at=moment, digest=f"{number:032d}")])
    store.close()
    database = sqlite3.connect(tmp_path / "ranks.db")
    users = database.execute("SELECT user_id, nickname, first_seen, last_seen FROM users").fetchall()
    assert users == [("7", "name 1", times[2], times[1])]
    database.close()


def test_anonymised_rows_belong_to_no_user(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "ranks.db")
    rows = tuple(entry(rank=rank, user_id=None, is_anonymous=True) for rank in range(1, 201))
    store.write([snapshot(entries=rows)])
    assert store.counts() == Counts(rooms=1, polls=1, snapshots=1, entries=200)
    store.close()
    database = sqlite3.connect(tmp_path / "ranks.db")
    assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)
    database.close()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "ranks.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="written by a newer rankcrawler"):
        SqliteStore(tmp_path / "ranks.db")


def test_a_batch_that_fails_keeps_none_of_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "ranks.db")
    good = snapshot(entries=(entry(rank=1),), room_id="1")
    bad = snapshot(entries=(entry(rank=1, score=2**63),), room_id="2")
    with pytest.raises(StoreError, match="the SQLite store takes no more"):
        store.write([good, bad])
    assert store.counts() == Counts(0, 0, 0, 0)
    store.close()


def test_many_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    for round_ in range(20):
        together = Barrier(8)

        def open_it(path: Path = tmp_path / f"{round_}.db", together: Barrier = together) -> Counts:
            together.wait()
            store = SqliteStore(path)
            try:
                return store.counts()
            finally:
                store.close()

        with ThreadPoolExecutor(8) as pool:
            assert [each.result() for each in [pool.submit(open_it) for _ in range(8)]] == [Counts(0, 0, 0, 0)] * 8
