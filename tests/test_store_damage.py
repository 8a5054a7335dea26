"""A chain that is broken harms its own lists alone: those who write go on, those who read say what is missing."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import DamagedList
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store import deltas, locate
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.sql_store import SqlStore
from tests import reading, stores
from tests.builders import entry, polled, snapshot
from tests.crawls import until
from tests.gateways import environment, run
from tests.postgresql import PostgresServer

NOON = 1_795_435_200_000
MINUTE, DAY = 60_000, 86_400_000
UNCERTAIN = NOON - 500 * DAY
"""A moment that is too far off for a partition of its own."""
EVER = ("1970-01-01", "9999-01-01")


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return stores.ready(request.param, tmp_path, request)


@pytest.fixture
def open_it(where: str) -> Iterator[Callable[[], Records]]:
    """Opens the store, any number of times at once."""
    with stores.records(where) as opens:
        yield opens


def changed(where: str, sql: str) -> None:
    """Change a database behind the store's back."""
    if where.startswith("sqlite"):
        database = apsw.Connection(where.removeprefix("sqlite:///"))
        database.execute(sql)
        assert database.changes() > 0
        database.close()
    else:
        with psycopg.connect(where, autocommit=True) as connection:
            assert connection.execute(sql.encode()).rowcount > 0


def listed(minute: int, start_ms: int = NOON, room_id: str = "1") -> RoomSnapshot:
    """A list of sixty, of which one score in ten rises each minute: those whose place ends with the minute's digit."""
    at = iso(start_ms + minute * MINUTE)
    place = {"captured_at": at, "polled_at": at, "room_id": room_id}
    rises = [minute // 10 + (minute % 10 >= rank % 10) for rank in range(1, 61)]
    scores = [10_000 - 100 * rank + rises[rank - 1] for rank in range(1, 61)]
    rows = [entry(rank, score=score, delta=None, **place) for rank, score in enumerate(scores, start=1)]
    return snapshot(rows, digest=f"{minute + 1:032d}", **place)


def write(store: Records, minutes: range, **changes: Any) -> list[RoomSnapshot]:
    lists = [listed(minute, **changes) for minute in minutes]
    for each in lists:
        assert store.write([polled(each)]) == [Kept.STORED]
    return lists


def test_a_worker_that_builds_upon_a_list_keeps_a_purge_waiting(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = postgres.database()
    database = where.partition("?")[0].rpartition("/")[2]
    with stores.records(where) as open_it:
        store, fresh, purging = open_it(), open_it(), open_it()
        write(store, range(3), start_ms=UNCERTAIN)
        removed: list[Any] = []
        purge = threading.Thread(target=lambda: removed.append(purging.purge(iso(NOON))))
        read = deltas.read

        def reads_while_a_purge_begins(*args: Any) -> Any:
            rows = read(*args)
            if not purge.is_alive():
                purge.start()
                until(lambda: bool(removed) or postgres.is_waited_for(database))
            return rows

        with monkeypatch.context() as patched:
            patched.setattr(deltas, "read", reads_while_a_purge_begins)
            fresh.write([polled(listed(3, UNCERTAIN))])
        purge.join(20)
        assert removed == [(4, 4, 60 + 3 * 6)]
        assert list(store.lists("1", *EVER)) == []
        lists = write(fresh, range(4, 7), start_ms=UNCERTAIN)
        assert list(store.lists("1", *EVER)) == lists
        assert store.damage == []


def test_workers_and_purges_at_the_same_time_leave_every_list_whole(postgres: PostgresServer) -> None:
    where = postgres.database()
    with stores.records(where) as open_it:
        over = threading.Event()
        failures: list[BaseException] = []

        def work(store: Records, rooms: range) -> None:
            try:
                for minute in range(40):
                    store.write([polled(listed(minute, UNCERTAIN, str(room))) for room in rooms])
            except BaseException as failure:
                failures.append(failure)
                raise

        workers = [threading.Thread(target=work, args=(open_it(), range(first, first + 5))) for first in (1, 11)]
        purging, reader = open_it(), open_it()

        def purge() -> None:
            while not over.wait(0.05):
                purging.purge(iso(NOON))

        cleaner = threading.Thread(target=purge)
        for thread in (*workers, cleaner):
            thread.start()
        for worker in workers:
            worker.join(120)
        over.set()
        cleaner.join(60)
        assert failures == []
        for room in (*range(1, 6), *range(11, 16)):
            for each in reader.lists(str(room), *EVER):
                assert len(each.entries) == 60
        assert reader.damage == []
        assert [finding for finding in reader.check() if finding.what != "unchecked"] == []


def test_those_who_write_go_on_after_a_row_is_deleted(where: str, open_it: Callable[[], Records]) -> None:
    write(open_it(), range(3))
    changed(where, "DELETE FROM _entries WHERE position = 60")
    lists = write(open_it(), range(3, 20))
    assert list(open_it().lists("1", *EVER)) == lists, "the first of them was written whole"


def test_a_list_that_is_written_whole_after_a_damaged_one_begins_new_stays(
    where: str, open_it: Callable[[], Records]
) -> None:
    write(open_it(), range(3))
    changed(where, "DELETE FROM _entries WHERE position = 60")
    store = open_it()
    write(store, range(3, 5))
    assert [(stay.since, stay.is_over) for stay in store.trail("7000001")] == [
        (iso(NOON + 3 * MINUTE), False),
        (iso(NOON), True),
    ]


def test_those_who_read_leave_out_what_is_damaged_and_say_so(where: str, open_it: Callable[[], Records]) -> None:
    lists = write(open_it(), range(20))
    changed(where, "DELETE FROM _entries WHERE position = 55 AND score = 4501")  # of minute 5; that of 15 replaces it
    store = open_it()
    assert list(store.lists("1", *EVER)) == lists[:5] + lists[15:]
    assert [damage.captured_at for damage in store.damage] == [each.captured_at for each in lists[5:15]]
    with pytest.raises(DamagedList, match=f"room 1: rows of its list of {lists[7].captured_at} are missing"):
        store.at("1", lists[7].captured_at)
    assert store.latest("1") == lists[19]


def test_views_leave_out_a_list_with_missing_rows_and_those_that_build_upon_it(
    where: str, open_it: Callable[[], Records]
) -> None:
    lists, whole = write(open_it(), range(8)), write(open_it(), range(8), room_id="2")
    changed(
        where, "DELETE FROM _entries WHERE snapshot_key = (SELECT min(snapshot_key) FROM _entries WHERE score = 4501)"
    )
    found = reading.rows(where, "SELECT room_id, captured_at, count(*) FROM ranks GROUP BY 1, 2 ORDER BY 1, 2")
    assert found == [
        *(("1", each.captured_at, 60) for each in lists[:5]),
        *(("2", each.captured_at, 60) for each in whole),
    ]
    assert reading.rows(where, "SELECT room_id, count(*) FROM latest_ranks GROUP BY 1") == [("2", 60)]
    found = reading.rows(
        where, "SELECT room_id, captured_at FROM user_ranks WHERE user_id = ?", [lists[0].entries[7].user_id]
    )
    assert sorted(found) == [("1", each.captured_at) for each in lists[:5]] + [
        ("2", each.captured_at) for each in whole
    ]


def test_gains_pass_over_what_is_damaged_and_say_so(where: str, open_it: Callable[[], Records]) -> None:
    write(open_it(), range(20))
    before = open_it().gains("1", *EVER)
    changed(where, "DELETE FROM _entries WHERE position = 55 AND score = 4501")
    store = open_it()
    assert store.gains("1", *EVER) == before
    assert len(store.damage) == 10


def test_a_list_whose_base_is_gone_is_damaged_until_all_its_rows_were_written_again(
    where: str, open_it: Callable[[], Records]
) -> None:
    lists = write(open_it(), range(20))
    changed(where, "DELETE FROM _snapshots WHERE step = 0")
    store = open_it()
    assert list(store.lists("1", *EVER)) == lists[10:]
    assert len(store.damage) == 9, "of the list whose own record is gone, `check` knows"


def test_a_row_whose_profile_is_gone_damages_its_lists_alone(where: str, open_it: Callable[[], Records]) -> None:
    write(open_it(), range(3))
    other = write(open_it(), range(3), room_id="2")
    changed(where, "DELETE FROM _profiles WHERE nickname = '贡献者7'")
    store = open_it()
    assert list(store.lists("1", *EVER)) == []
    assert len(store.damage) == 3
    assert len(other) == 3


def test_an_export_has_all_other_lists_and_fails_with_a_line_for_each_that_is_damaged(
    where: str, open_it: Callable[[], Records], tmp_path: Path
) -> None:
    store = open_it()
    write(store, range(12))
    write(store, range(3), room_id="2")
    changed(where, "DELETE FROM _entries WHERE position = 60 AND score = 4002")  # of minutes 10 and 11
    env = environment(None, tmp_path, {"STORE_URL": where})
    done = run("store", "export", "--room", "all", "--to", str(tmp_path / "all.csv"), env=env)
    said = f"{(10 + 3) * 60} rows in {tmp_path}/all.csv, of 13 lists, those that changed\n"
    assert (done.returncode, done.stdout) == (1, said)
    lines = done.stderr.splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        f"room 1: rows of its list of {iso(NOON + minute * MINUTE)} are missing: see `scrapy store check`"
        for minute in (10, 11)
    ]
    done = run("store", "gains", "1", env=env)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
    assert "7000001" in done.stdout


def test_lists_that_are_purged_while_they_are_read_are_not_damaged(open_it: Callable[[], Records]) -> None:
    store, lists = open_it(), write(open_it(), range(20))
    reading = store.lists("1", *EVER)
    assert [next(reading) for _ in range(5)] == lists[:5]
    open_it().purge(iso(NOON + DAY))
    assert list(reading) == []
    assert store.damage == []


def test_lists_from_before_their_rows_were_counted_are_read_and_continued(
    where: str, open_it: Callable[[], Records]
) -> None:
    lists = write(open_it(), range(3))
    changed(where, "UPDATE _snapshots SET chain_rows = NULL")
    store = open_it()
    lists += write(store, range(3, 6))
    assert list(open_it().lists("1", *EVER)) == lists
    changed(where, "DELETE FROM _entries WHERE position = 60")
    assert list(store.lists("1", *EVER)) == []
    assert len(store.damage) == 6


def test_a_damaged_list_of_json_lines_is_named(tmp_path: Path) -> None:
    store = locate.open_store(f"jsonl:{tmp_path}/ranks")
    store.write([polled(listed(0))])
    entries = tmp_path / "ranks" / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'{"source"', b'{"sourse"', 1))
    with pytest.raises(DamagedList, match="room 1"):
        store.latest("1")
    store.close()


def test_a_database_that_no_one_has_damaged_has_no_damage(open_it: Callable[[], Records]) -> None:
    store = open_it()
    assert isinstance(store, SqlStore)
    lists = write(store, range(70))
    assert list(store.lists("1", *EVER)) == lists
    assert store.damage == []
