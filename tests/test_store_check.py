"""`check` finds whatever is not as it was written; `repair` rebuilds what can be, and marks what is lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import apsw
import psycopg
import pytest

from rankcrawler.clock import iso
from rankcrawler.store import locate, migration
from rankcrawler.store.answers import Finding
from rankcrawler.store.contract import Kept, Records
from tests import earlier, stores
from tests.builders import entry, failed, polled, snapshot
from tests.daily import top_of_day
from tests.gateways import environment, run
from tests.test_store_damage import EVER, MINUTE, NOON, changed, listed, write


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return stores.ready(request.param, tmp_path, request, checkable)


def checkable(where: str) -> None:
    """Create a store, and what PostgreSQL needs to check its files."""
    stores.create(where)
    if where.startswith("postgresql"):
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION amcheck")


@pytest.fixture
def open_it(where: str) -> Iterator[Callable[[], Records]]:
    with stores.records(where) as opens:
        yield opens


@pytest.fixture
def store(open_it: Callable[[], Records]) -> Records:
    """Has twenty lists of room 1, an unchanged poll and a failed one, and lists of room 2."""
    store = open_it()
    write(store, range(20))
    at = NOON + 20 * MINUTE
    same = listed(19)
    times = {"captured_at": iso(at), "polled_at": iso(at)}
    store.write([polled(snapshot(same.entries, digest=same.digest, room_id="1", **times))])
    store.write([polled(failed(room_id="1", polled_at=iso(at + MINUTE)))])
    write(store, range(5), room_id="2")
    return store


def at(minute: int) -> str:
    return iso(NOON + minute * MINUTE)


def found(store: Records) -> list[Finding]:
    return list(store.check())


def test_a_store_that_no_one_has_damaged_has_no_findings(store: Records) -> None:
    assert found(store) == []
    store.purge(at(1440))
    assert found(store) == []
    write(store, range(30, 33))
    assert found(store) == [], "the sums of a day that was purged stay"


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE _room_hours SET coins = coins + 1 WHERE hour = (SELECT min(hour) FROM _room_hours WHERE coins > 0)",
        "UPDATE _contributor_hours SET coins = coins - 1 WHERE user_key = 3",
        "DELETE FROM _contributor_hours WHERE user_key = 5",
    ],
)
def test_coins_that_are_not_those_of_the_lists_are_found_and_set_right(where: str, store: Records, harm: str) -> None:
    write(store, range(1430, 1450), room_id="3")
    coins = [(each.user_id, each.coins) for each in top_of_day(store, "2026-11-23")]
    assert found(store) == []
    changed(where, harm)
    assert {each.what for each in found(store)} == {"sum"}
    assert found(store)[0].place == "gateway.test, 2026-11-23"
    store.repair()
    assert found(store) == []
    assert [(each.user_id, each.coins) for each in top_of_day(store, "2026-11-23")] == coins


@pytest.mark.parametrize("version", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_migrated_store_has_no_findings(
    kind: str, version: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if (kind, version) == ("postgresql", 1):
        pytest.skip("PostgreSQL never had version 1")
    where = stores.address(kind, tmp_path, request)
    earlier.restore(where, version)
    migration.migrate(where)
    with closing(locate.open_records(where)) as store:
        assert [each for each in store.check() if each.what != "unchecked"] == []


def test_a_list_that_lost_a_row_is_found_and_those_that_do_not_need_the_row_are_kept(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _entries WHERE position = 55 AND score = 4501")  # minute 5's; minute 15 replaces it
    assert [(each.what, each.place) for each in found(store) if each.what == "list"] == [
        ("list", f"room 1 (ranklist), {at(minute)}") for minute in range(5, 15)
    ]
    store.repair()
    assert found(store) == []
    reader = open_it()
    minutes = [*range(5), *range(15, 20)]
    assert list(reader.lists("1", *EVER)) == [listed(minute) for minute in minutes]
    assert reader.damage == []
    polls = reader.polls("1", *EVER)
    assert [poll.at for poll in polls if poll.outcome == "damaged"] == [at(minute) for minute in range(5, 15)]
    assert len(polls) == 22
    lists = write(store, range(30, 35)) + write(open_it(), range(35, 40))
    assert list(reader.lists("1", at(30), at(99))) == lists
    assert found(store) == []


def test_a_base_whose_record_is_lost_harms_its_own_list_alone_once_repaired(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(
        where, "DELETE FROM _snapshots WHERE step = 0 AND room_key = (SELECT room_key FROM _rooms WHERE room_id = '1')"
    )
    assert ("poll", f"room 1 (ranklist), {at(0)}") in [(each.what, each.place) for each in found(store)]
    store.repair()
    assert found(store) == []
    assert list(open_it().lists("1", *EVER)) == [listed(minute) for minute in range(1, 20)]


def test_a_list_in_the_middle_of_a_chain_whose_record_is_lost_harms_itself_alone_once_repaired(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _snapshots WHERE step = 7")
    store.repair()
    assert found(store) == []
    assert list(open_it().lists("1", *EVER)) == [listed(minute) for minute in range(20) if minute != 7]


def test_a_chain_without_its_base_and_the_bases_rows_is_kept_from_where_it_is_known(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _entries WHERE snapshot_key = (SELECT min(snapshot_key) FROM _snapshots)")
    changed(where, "DELETE FROM _snapshots WHERE snapshot_key = (SELECT min(snapshot_key) FROM _snapshots)")
    store.repair()
    assert found(store) == []
    assert list(open_it().lists("1", *EVER)) == [listed(minute) for minute in range(10, 20)]


def test_a_room_whose_last_list_is_lost_writes_the_next_one_whole_even_if_it_is_the_same(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _entries WHERE snapshot_key = (SELECT max(snapshot_key) FROM _snapshots)")
    store.repair()
    assert found(store) == []
    assert [stay.is_over for stay in store.trail("7000001")].count(False) == 1, "in room 2"
    again, times = listed(19), {"captured_at": at(40), "polled_at": at(40)}
    rows = [entry(each.rank, score=each.score, delta=None, room_id="1", **times) for each in again.entries]
    assert open_it().write([polled(snapshot(rows, digest=again.digest, room_id="1", **times))]) == [Kept.STORED]
    assert [each.captured_at for each in open_it().lists("1", at(19), at(99))] == [at(40)]
    assert found(store) == []


def test_a_poll_that_is_lost_is_found_and_written_again_from_its_list(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _polls WHERE at_ms IN (SELECT captured_ms FROM _snapshots WHERE step = 3)")
    assert [(each.what, each.problem) for each in found(store) if each.what == "list"] == [
        ("list", "its poll is missing")
    ] * 2
    store.repair()
    assert found(store) == []
    polls = {poll.at: poll.outcome for poll in open_it().polls("1", *EVER)}
    assert (len(polls), polls[at(3)]) == (22, "stored")


@pytest.mark.parametrize("column", ["polls", "failures", "lists", "entries"])
def test_a_sum_that_differs_is_found_and_set_right(where: str, store: Records, column: str) -> None:
    before = store.status()
    for change in ("+ 1", "- 1"):
        changed(where, f"UPDATE _room_hours SET {column} = {column} {change} WHERE polls > 6")  # noqa: S608 - a name
        assert [(each.what, each.place) for each in found(store)] == [("sum", "room 1 (ranklist), 2026-11-23T12:00Z")]
        store.repair()
        assert found(store) == []
    assert store.status()[5:9] == before[5:9]


@pytest.mark.parametrize("column", ["polls", "failures", "lists", "entries"])
def test_a_sum_of_a_day_from_before_hours_were_counted_is_found_and_set_right(
    where: str, store: Records, column: str
) -> None:
    columns = "room_key, polls, failures, lists, entries, coins"
    changed(where, f"INSERT INTO _room_days (day, {columns}) SELECT hour / 24, {columns} FROM _room_hours")  # noqa: S608
    changed(where, "DELETE FROM _room_hours")
    write(store, range(30, 33))
    before = store.status()
    assert found(store) == []
    for table in ("_room_days", "_room_hours"):
        changed(where, f"UPDATE {table} SET {column} = {column} + 1 WHERE lists > 2 AND room_key = 1")  # noqa: S608
        assert {(each.what, each.place[:29]) for each in found(store)} == {("sum", "room 1 (ranklist), 2026-11-23")}
        store.repair()
        assert found(store) == []
        assert store.status()[5:9] == before[5:9]


def test_rows_of_no_list_are_found_and_removed(where: str, store: Records) -> None:
    changed(where, "UPDATE _entries SET snapshot_key = snapshot_key + 5 WHERE position = 60 AND score = 4002")
    assert ("row", "lists that are missing") in [(each.what, each.place) for each in found(store)]
    store.repair()
    assert found(store) == []


def test_rows_whose_profile_is_lost_are_found_and_their_lists_removed(
    where: str, store: Records, open_it: Callable[[], Records]
) -> None:
    changed(where, "DELETE FROM _profiles WHERE nickname = '贡献者7'")
    rows = [each for each in found(store) if each.what == "row"]
    assert rows[0] == Finding(
        "row", f"room 1 (ranklist), {at(0)}", "the profile, level or membership of 1 rows is missing"
    )
    store.repair()
    assert found(store) == []
    assert list(open_it().lists("1", *EVER)) == []
    assert {poll.outcome for poll in open_it().polls("2", *EVER)} == {"damaged"}


def test_an_index_that_does_not_fit_its_table_is_found_and_built_again(where: str, store: Records) -> None:
    if where.startswith("sqlite"):
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            database.execute("PRAGMA writable_schema = ON")
            index = database.execute("SELECT * FROM sqlite_master WHERE name = 'snapshots_chain'").get
            database.execute("DELETE FROM sqlite_master WHERE name = 'snapshots_chain'")
        write(store, range(30, 32))
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            database.execute("UPDATE _snapshots SET base_key = base_key + 0, step = step + 0")
            database.execute("DELETE FROM _snapshots WHERE step = 4")
            database.execute("PRAGMA writable_schema = ON")
            database.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
    else:
        ready = "UPDATE pg_index SET indisready = {} WHERE indexrelid = 'profiles_of_user'::regclass"
        changed(where, ready.format("false"))
        store.write([polled(snapshot([entry(1, user_id="12345")], room_id="3"))])
        changed(where, ready.format("true"))
    assert "index" in {each.what for each in found(store)}
    store.repair()
    assert found(store) == []


def test_without_its_extension_postgresql_cannot_tell_of_indexes_and_the_check_says_so(
    where: str, store: Records
) -> None:
    if where.startswith("sqlite"):
        pytest.skip("SQLite checks indexes by itself")
    changed_ = psycopg.connect(where, autocommit=True)
    changed_.execute("DROP EXTENSION amcheck")
    changed_.close()
    assert [(each.what, each.place) for each in found(store)] == [("unchecked", "indexes")]


@pytest.mark.usefixtures("store")
def test_the_command_prints_what_is_wrong_and_what_is_left(where: str, tmp_path: Path) -> None:
    env = environment(None, tmp_path, {"STORE_URL": where})
    done = run("store", "check", env=env)
    assert (done.returncode, done.stdout) == (0, "everything is as it was written\n")
    changed(where, "DELETE FROM _entries WHERE position = 55 AND score = 4501")
    done = run("store", "check", env=env)
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1]) == (1, "11 defects found"), done.stderr
    assert lines[0] == f"list\troom 1 (ranklist), {at(5)}\trows are missing"
    done = run("store", "check", "--repair", env=env)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "everything is as it was written"), done.stderr
    assert run("store", "check", env=env).returncode == 0


def test_json_lines_are_checked_and_not_repaired(tmp_path: Path) -> None:
    where = f"jsonl:{tmp_path}/ranks"
    with closing(locate.open_store(where)) as store:
        store.write([polled(listed(minute)) for minute in range(3)])
        assert list(store.check()) == []
        entries = tmp_path / "ranks" / "entries.jsonl"
        entries.write_bytes(entries.read_bytes().replace(b'{"source"', b'{"sourse"', 1))
        assert [(each.what, each.place) for each in store.check()] == [("list", f"room 1 (ranklist), {at(0)}")]
    env = environment(None, tmp_path, {"STORE_URL": where})
    assert run("store", "check", env=env).returncode == 1
    assert "this command needs sqlite: or postgresql:" in run("store", "check", "--repair", env=env).stderr
