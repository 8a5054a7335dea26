"""A store of any earlier version is refused, is migrated, and is then the one that this version would have written."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg
import pytest

from benchmarks import earlier_stores
from benchmarks import migration as cost
from benchmarks.migrating import OldFile, moved
from rankcrawler.clock import iso
from rankcrawler.errors import NoStore, SettingError, StoreError
from rankcrawler.model.columns import FIRST_VERSION
from rankcrawler.model.items import Poll
from rankcrawler.model.rows import COLUMNS
from rankcrawler.store import locate, migration, schema
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.dialects import POSTGRESQL, SQLITE, Dialect
from tests import earlier, reading, stores
from tests.daily import top_of_day

EARLIER = [("sqlite", version) for version in (1, 2, 3, 4, 7)] + [("postgresql", version) for version in (2, 3, 4, 7)]
SUMMED = [each for each in EARLIER if 1 < each[1] < 6]
"""Versions that are not copied poll by poll, and keep the sums of days."""
EVER = ("2026-01-01", "2027-01-01")
DAYS = ("2026-11-23", "2026-11-24")


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The addresses of a store of the version and kind that the test names, and of one that is not there yet."""
    kind, version = request.param
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    where = stores.address(kind, old, request)
    earlier.restore(where, version)
    return where, stores.address(kind, new, request)


@contextmanager
def opened(where: str) -> Iterator[Records]:
    with closing(locate.open_records(where, create=True)) as store:
        yield store


def answers(store: Records) -> dict[str, Any]:
    """Whatever the store answers, but for its place and size."""
    return lists_of(store) | {
        "trails": [store.trail(user) for user in ("7", "8", "9", "10")],
        "top": [top_of_day(store, day) for day in DAYS],
    }


def lists_of(store: Records) -> dict[str, Any]:
    """Whatever does not depend on how an earlier version counted."""
    rooms = [(room, kind) for kind in ("ranklist", "audience") for room in store.rooms(kind)]
    return {
        "counts": store.counts(),
        "status": store.status()[3:],
        "lists": {room: list(store.lists(room[0], *EVER, kind=room[1])) for room in rooms},
        "latest": {room: store.latest(room[0], kind=room[1]) for room in rooms},
        "polls": {room: store.polls(room[0], *EVER, kind=room[1]) for room in rooms},
        "gains": {room: store.gains(room[0], *EVER, kind=room[1]) for room in rooms},
        "contributors": [store.contributor(user) for user in ("7", "8", "9", "10")],
        "recurring": list(store.recurring("gateway.test")),
    }


def schema_of(where: str) -> list[str]:
    """Tables with their columns, keys and indexes, but for the partitions of days."""
    if where.startswith("sqlite"):
        return sorted(map(repr, schema_of_file(where.removeprefix("sqlite:///"))))
    with psycopg.connect(where) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, is_identity "
            "FROM information_schema.columns WHERE table_schema = 'public' AND table_name !~ '_[0-9]+$'"
        ).fetchall()
        indexes = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '_[0-9]+$'"
        ).fetchall()
        parted = connection.execute("SELECT partrelid::regclass::text, partstrat FROM pg_partitioned_table").fetchall()
        return sorted(map(repr, [*columns, *indexes, *parted]))


def schema_of_file(path: str) -> Iterator[tuple[Any, ...]]:
    with closing(apsw.Connection(path)) as database:
        tables = database.execute("SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
        for name, *properties in tables:
            yield name, properties
            for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
                facts = f"SELECT * FROM pragma_{pragma}('{name}')"  # noqa: S608 - names alone
                yield from ((name, *fact) for fact in database.execute(facts).fetchall())
        yield from database.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()


FROM_EACH = pytest.mark.parametrize(("places", "version"), [(each, each[1]) for each in EARLIER], indirect=["places"])


@FROM_EACH
def test_a_migrated_store_is_the_one_that_this_version_would_have_written(
    places: tuple[str, str], version: int
) -> None:
    where, fresh = places
    with pytest.raises(
        StoreError, match=rf"older rankcrawler \(version {version}, not {schema.version()}\): stop all w"
    ):
        locate.open_records(where)
    assert f"from version {version} to {schema.version()}" in migration.migrate(where)
    polls = earlier.polls(version)
    with opened(fresh) as store:
        for poll in polls:
            store.write([poll])
    assert schema_of(where) == schema_of(fresh)
    with opened(where) as migrated, opened(fresh) as new:
        asked = lists_of if (places[0].partition(":")[0], version) in SUMMED else answers
        assert asked(migrated) == asked(new)
        assert migrated.write(polls) == new.write(polls)
        again = [migrated.write([later(polls)]), new.write([later(polls)])]
        assert again == [[Kept.UNCHANGED]] * 2, "the list's fingerprint is that of the version before"
        assert asked(migrated) == asked(new)
    assert f"has version {schema.version()} already" in migration.migrate(where)


@pytest.mark.parametrize("places", SUMMED, indirect=True)
def test_sums_of_days_are_kept_as_days_in_utc(places: tuple[str, str]) -> None:
    where, _ = places
    migration.migrate(where)
    beijing = timezone(timedelta(hours=8))
    with opened(where) as store:
        sums = [[(each.user_id, each.coins, each.most) for each in top_of_day(store, day)] for day in DAYS]
        assert sums == [[("7", 50, None), ("8", 20, None)], [("7", 10, None), ("8", 5, None)]]
        assert [top_of_day(store, day, zone=beijing) for day in DAYS] == [(), ()]
        assert [stay.last_score for stay in store.trail("7")] == [30, None, 130]


@pytest.mark.parametrize("places", SUMMED, indirect=True)
def test_counting_goes_on_after_a_migration_from_the_last_list_that_counts(places: tuple[str, str]) -> None:
    where, _ = places
    migration.migrate(where)
    with opened(where) as store:
        store.write([grown := rises(earlier.polls(4)[-1], {"8": 5, "7": 3})])
        assert grown.snapshot is not None
        day = [(each.user_id, each.coins, each.most) for each in top_of_day(store, "2026-11-24")]
        assert day == [("7", 13, None), ("8", 10, None)]
        gains = store.gains("1", "2026-11-24T12:00", grown.snapshot.captured_at)
        assert [(each.user_id, each.coins, each.most) for each in gains.gains] == [("8", 5, 5), ("7", 3, 3)]


def rises(poll: Poll, coins: dict[str, int]) -> Poll:
    """A poll an hour later, with higher scores."""
    found, moment = poll.snapshot, iso(earlier.NOON + 25 * 3_600_000)
    assert found is not None
    rows = tuple(
        msgspec.structs.replace(row, score=(row.score or 0) + coins[row.user_id or ""], captured_at=moment)
        for row in found.entries
    )
    changes = {"captured_at": moment, "polled_at": moment, "digest": "1" * 32, "entries": rows}
    return Poll(msgspec.structs.replace(found, **changes), poll.fence, poll.schedule)


def later(polls: list[Poll]) -> Poll:
    """The last poll again, an hour later."""
    last, moment = polls[-1], iso(earlier.NOON + 25 * 3_600_000)
    assert last.snapshot is not None
    return Poll(msgspec.structs.replace(last.snapshot, captured_at=moment, polled_at=moment), last.fence, last.schedule)


@FROM_EACH
def test_a_migration_that_fails_leaves_the_store_as_it_was_and_can_be_started_again(
    places: tuple[str, str], version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, _ = places
    before, step = schema_of(where), schema.step

    def breaking(number: int, dialect: Dialect) -> Iterator[str]:
        yield from step(number, dialect)
        yield "SELECT * FROM nothing"

    with monkeypatch.context() as patched:
        patched.setattr(schema, "step", breaking)
        with pytest.raises(StoreError, match="nothing"):
            migration.migrate(where)
    assert schema_of(where) == before
    assert f"from version {version}" in migration.migrate(where)


FUTURE = (
    """INSERT INTO polls (room_key, at_ms, is_answered, polled_ms, outcome, snapshot_key)
    SELECT room_key, 4102444800000, 1, polled_ms, 'unchanged', snapshot_key FROM polls WHERE room_key = 3""",
    "UPDATE rooms SET last_captured_ms = 4102444800000 WHERE room_key = 3",
)
"""What a list from the year 2100 left of room 1's audience."""


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_room_that_a_list_from_the_future_has_stopped_goes_on(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    earlier.restore(where, 3)
    if kind == "sqlite":
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            database.execute(";".join(FUTURE)).fetchall()
    else:
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in FUTURE:
                connection.execute(statement.encode())
    migration.migrate(where)
    (last,) = [each for each in earlier.polls(3) if each.snapshot is not None and each.target.kind == "audience"]
    with opened(where) as store:
        assert store.latest("1", kind="audience") == last.found
        following = later([last])
        assert store.write([following]) == [Kept.STORED]
        latest = store.latest("1", kind="audience")
    assert latest is not None
    assert latest.captured_at == iso(earlier.NOON + 25 * 3_600_000)


@FROM_EACH
def test_a_store_that_is_in_use_is_not_migrated(places: tuple[str, str], version: int) -> None:
    where, _ = places
    if where.startswith("sqlite"):
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="is in use: stop the workers first"):
                migration.migrate(where)
    else:
        with psycopg.connect(where) as other:
            read = "SELECT count(*) FROM stays, profiles, polls" if version < 7 else "SELECT version FROM store"
            other.execute(read.encode())  # a writer of version 7 reads the version in each transaction
            with pytest.raises(StoreError, match="is in use: stop the workers first"):
                migration.migrate(where)
    assert f"from version {version}" in migration.migrate(where)


def test_an_old_file_of_version_1_stays_beside_the_new_one(tmp_path: Path) -> None:
    where = f"sqlite:///{tmp_path}/ranks.db"
    earlier.restore(where, 1)
    migration.migrate(where)
    assert (tmp_path / "ranks.db.v1").exists()
    (tmp_path / "ranks.db").unlink()
    earlier.restore(where, 1)
    with pytest.raises(StoreError, match="exists already, from an earlier migration"):
        migration.migrate(where)


def test_json_lines_need_no_migration(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="need no migration"):
        migration.migrate(f"jsonl:{tmp_path}")


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_store_that_is_not_there_is_not_made(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    where = stores.address(kind, tmp_path, request)
    with pytest.raises(NoStore):
        migration.migrate(where)
    locate.open_store(where).close()
    assert f"has version {schema.version()} already" in migration.migrate(where)


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=lambda dialect: dialect.name)
def test_each_step_sets_its_version_and_adds_the_columns_of_that_version(dialect: Dialect) -> None:
    for number in range(FIRST_VERSION + 1, schema.version() + 1):
        *statements, last = schema.step(number, dialect)
        assert last.endswith(f"version = {number}")
        added = {each.name for each in COLUMNS if each.since == number}
        assert {name for name in added if not any(f" ADD COLUMN {name} " in each for each in statements)} == set()
    assert all(each.since <= schema.version() for each in COLUMNS)


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_names_from_before_dates_were_kept_have_none(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    where = stores.address(kind, tmp_path, request)
    earlier.restore(where, 3)
    mark = "x'00'" if kind == "sqlite" else "'\\x00'"
    statement = (
        "INSERT INTO profiles (print, user_key, display_id, nickname, is_anonymous) "  # noqa: S608 - the test's own
        f"SELECT {mark}, user_key, 'h', 'a former name', 0 FROM users WHERE user_id = '7'"
    )
    if kind == "sqlite":
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            database.execute(statement)
    else:
        with psycopg.connect(where) as connection:
            connection.execute(statement.encode())
    migration.migrate(where)
    query = "SELECT nickname, since_ms, until_ms, is_present FROM user_names WHERE user_id = ? ORDER BY is_present"
    assert reading.rows(where, query, ["7"]) == [("a former name", None, None, 0), ("贡献者7", None, None, 1)]
    [(_, since, until, is_present)] = reading.rows(where, query, ["8"])
    assert (since, until, is_present) == (earlier.NOON, None, 1)


_AT_WORK = """
import sys
from rankcrawler.store import migration_postgresql, schema
schema.step = lambda *_: ["SELECT pg_sleep(120)"]
migration_postgresql.migrate(sys.argv[1])
"""


def test_a_server_does_not_work_on_for_a_migration_that_was_killed(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address("postgresql", tmp_path, request)
    earlier.restore(where, 3)
    at_work = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(120)'"
    with psycopg.connect(where, autocommit=True) as connection:
        process = subprocess.Popen([sys.executable, "-c", _AT_WORK, where])
        while process.poll() is None and connection.execute(at_work).fetchone() == (0,):
            time.sleep(0.02)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert migration.migrate(where).endswith(f"migrated from version 3 to {schema.version()}")


@pytest.mark.parametrize(("kind", "version"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 3)])
def test_the_benchmark_of_migrations_kills_one_half_way_and_completes_it(
    kind: str, version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(earlier_stores, "POLLS", 60)
    path = tmp_path / "old.db"
    earlier_stores.make(path, version, 1_000_000)
    if kind == "sqlite":
        found = cost.measure(OldFile(path), version)
    else:
        sql = (earlier.FOLDER / f"version_{version}.postgresql.sql").read_text("utf-8")
        with moved(path, sql, request.getfixturevalue("postgres"), "an_old_store") as old:
            found = cost.measure(old, version)
    assert (found.findings, version <= found.killed_at <= schema.version()) == (0, True)
    assert f"| {kind} | {version} | " in cost.table({(kind, version): found})
