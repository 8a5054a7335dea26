"""A store's files and tables: whose they are, whether they are there, and what happens to them during use."""

import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import psycopg
import pytest

from rankcrawler.errors import NoStore, SettingError, StoreError
from rankcrawler.store import locate, migration, schema
from rankcrawler.store.sqlite import SqliteDatabase
from tests import stores
from tests.builders import polled, snapshot
from tests.crawls import crawling, until
from tests.gateways import environment, run, simulated
from tests.postgresql import PostgresServer

FILES = ("sqlite", "jsonl")
READING = (
    ("store", "status"),
    ("store", "user", "7"),
    ("store", "gains", "7"),
    ("store", "show", "7"),
    ("store", "course", "7"),
    ("store", "top"),
    ("store", "search", "7"),
    ("store", "shared"),
    ("store", "rooms"),
    ("store", "coverage"),
    ("store", "sql", "SELECT 1"),
    ("store", "export", "--room", "all", "--to", "r.csv"),
    ("store", "purge", "--older-than", "30d"),
    ("store", "migrate"),
)


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kind", FILES)
def test_new_files_and_folders_belong_to_their_owner_alone(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    where = f"sqlite:///{folder}/ranks.db" if kind == "sqlite" else f"jsonl:{folder}"
    with closing(locate.open_store(where)) as store:
        store.write([polled(snapshot())])
        assert {path.name: oct(mode(path)) for path in folder.iterdir()} == {
            path.name: oct(0o600) for path in folder.iterdir()
        }
        assert len([*folder.iterdir()]) == 3, "of SQLite, the write-ahead log and its index too"
    assert mode(folder) == 0o700


def test_a_file_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "ranks.db"
    locate.open_store(f"sqlite:///{path}").close()
    path.chmod(0o640)
    locate.open_store(f"sqlite:///{path}").close()
    assert mode(path) == 0o640


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_reads_creates_nothing_and_says_where_it_looked(words: tuple[str, ...], tmp_path: Path) -> None:
    where = tmp_path / "data" / "ranks.db"
    done = run(*words, env=environment(None, Path("data")), cwd=tmp_path)
    assert done.returncode == 1
    assert f"there is no store at {where}" in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_database_without_tables_holds_no_store(tmp_path: Path, postgres: PostgresServer) -> None:
    where = postgres.database()
    with pytest.raises(NoStore, match="there is no store at postgresql://"):
        locate.open_records(where)
    with psycopg.connect(where) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    (tmp_path / "ranks.db").touch()
    with pytest.raises(NoStore, match=f"there is no store at {tmp_path}/ranks.db"):
        locate.open_records(f"sqlite:///{tmp_path}/ranks.db")
    assert (tmp_path / "ranks.db").stat().st_size == 0


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE songs (name TEXT)")
    for opening in (locate.open_store, locate.open_records):
        with pytest.raises(StoreError, match=r"theirs.db is a database of another program: name another file"):
            opening(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def replaced(folder: Path) -> None:
    for path in folder.iterdir():
        copy = path.with_name("copy")
        shutil.copy(path, copy)
        copy.replace(path)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("harm", [shutil.rmtree, moved, replaced], ids=lambda harm: harm.__name__)
def test_a_poll_is_not_stored_in_files_that_are_no_longer_there(
    kind: str, harm: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    where = f"sqlite:///{folder}/ranks.db" if kind == "sqlite" else f"jsonl:{folder}"
    with closing(locate.open_store(where)) as store:
        store.write([polled(snapshot(room_id="1"))])
        harm(folder)
        with pytest.raises(StoreError, match=r"deleted, moved or replaced while it was in use|cannot be used"):
            store.write([polled(snapshot(room_id="2"))])


@pytest.mark.parametrize("kind", FILES)
def test_a_crawl_whose_store_is_deleted_ends_and_acknowledges_no_room_more(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    where = f"sqlite:///{folder}/ranks.db" if kind == "sqlite" else f"jsonl:{folder}"
    with simulated(lost=10_000) as gateway:
        rooms = ",".join(str(7_300_000_000_000_000_000 + step) for step in range(400))
        with crawling(gateway, tmp_path / "data", {"STORE_URL": where}, "-a", f"rooms={rooms}") as crawl:
            until(lambda: len(gateway.journal.given) > 20)
            shutil.rmtree(folder)
            status = crawl.end()
        gateway.stores.clear()  # what was stored is deleted
    assert status == 1
    assert "was deleted, moved or replaced while it was in use" in crawl.log
    assert "stored" in crawl.log


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_worker_writes_nothing_to_a_store_that_was_migrated_under_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    with closing(locate.open_records(where, create=True)) as store:
        store.write([polled(snapshot(room_id="1"))])
        set_version(where, schema.version() + 1)
        with pytest.raises(StoreError, match=rf"a newer rankcrawler \(version {schema.version() + 1}"):
            store.write([polled(snapshot(room_id="2"))])
        set_version(where, schema.version())
        assert store.counts().polls == 1


def set_version(where: str, version: int) -> None:
    if where.startswith("sqlite"):
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            database.execute(f"PRAGMA user_version = {version}")
        return
    with psycopg.connect(where) as connection:
        connection.execute("UPDATE store SET version = %s", (version,))


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_no_migration_begins_while_a_worker_writes(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = stores.address(kind, tmp_path, request)
    with closing(locate.open_records(where, create=True)) as store:
        database = store.database  # type: ignore[attr-defined]
        with database.transaction():
            database.all("counts")
            monkeypatch.setattr(schema, "version", lambda: database.version() + 1)
            monkeypatch.setattr(schema, "step", lambda *_: iter(["CREATE TABLE late (x INTEGER)"]))
            with pytest.raises(StoreError, match="is in use: stop the workers first"):
                migration.migrate(where)


@pytest.mark.parametrize(
    "where",
    ["sqlite:///a\0b.db", f"postgresql://{'x' * 70}.example/ranks", "jsonl:a\0b", "sqlite:////proc/none/ranks.db"],
)
def test_a_store_that_cannot_be_opened_ends_a_crawl_and_a_command(where: str, tmp_path: Path) -> None:
    if "\0" in where:
        with pytest.raises(StoreError, match="cannot be opened"):
            locate.open_store(where)
        where = where.replace("\0", "%00")
    began = time.monotonic()
    with simulated() as gateway:
        env = environment(gateway, tmp_path / "data", {"STORE_URL": where})
        gateway.stores.clear()  # there is none
        done = run("crawl", "ranklist", "-a", "rooms=7", env=env, cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    done = run("store", "status", env=env, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 30


def test_a_password_that_is_not_percent_encoded_is_in_no_message(tmp_path: Path) -> None:
    passwords = ("se/same", "se@same", "se#same", "se?same", "se:/same")
    for where in (f"postgresql://user:{each}@127.0.0.1:1/ranks" for each in passwords):
        with pytest.raises(SettingError, match="percent-encoded") as raised:
            locate.parse(where)
        assert "same" not in str(raised.value)
    env = environment(None, tmp_path, {"STORE_URL": where, "GATEWAY_URL": "http://127.0.0.1:1"})
    for words in (("store", "status"), ("crawl", "ranklist", "-a", "rooms=7")):
        done = run(*words, env=env | {"GATEWAY_TOKEN": "x"}, cwd=tmp_path)
        assert done.returncode != 0
        assert "same" not in done.stdout + done.stderr
        assert "percent-encoded" in done.stderr


def test_opening_a_file_for_reading_only_fails_where_it_may_not_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    path = tmp_path / "ranks.db"
    SqliteDatabase(path).close()
    path.chmod(0o400)
    with pytest.raises(StoreError, match=r"ranks\.db cannot be opened"):
        SqliteDatabase(path)
