"""What questions share that are asked of one moment of a store."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore
from rankcrawler.insight.ground import Choice
from rankcrawler.insight.opening import opened
from rankcrawler.insight.questions import Questions
from rankcrawler.store import locate
from rankcrawler.store.contract import Records
from tests import stores
from tests.builders import entry, polled, snapshot

NOON, MINUTE = 1_795_435_200_000, 60_000
ANY = Choice("ranklist", None)


def polls_at(minute: int, *, source: str = "gateway.test", room: str = "1") -> Any:
    moment = iso(NOON + minute * MINUTE)
    place = {"source": source, "room_id": room, "captured_at": moment, "polled_at": moment}
    rows = [entry(rank, score=1000 * (minute + 1) - rank, **place) for rank in (1, 2)]
    return polled(snapshot(rows, digest=f"{minute:032x}", **place), every=60)


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with five lists of a room."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str) -> None:
    """Write polls of five minutes."""
    store = locate.open_records(address, create=True)
    store.write([polls_at(minute) for minute in range(5)])
    store.close()


def written(where: str, *polls: Any) -> None:
    store: Records = locate.open_records(where)
    store.write([*polls])
    store.close()


def counting(store: Questions) -> list[str]:
    """The names of the queries that are asked from now on."""
    database: Any = store.records.database
    asked: list[str] = []
    run = database.all

    def noted(name: str, **values: Any) -> Any:
        asked.append(name)
        return run(name, **values)

    database.all = noted
    return asked


def test_the_lists_of_a_room_are_read_once_for_all_that_is_asked_of_one_moment(where: str) -> None:
    since = iso(NOON + MINUTE + 1)
    with opened(where, ZoneInfo("Asia/Shanghai"), lambda: NOON + 5 * MINUTE) as store:
        apart = store.course("1", since), store.gains("1", since)
        asked = counting(store)
        with store.records.unchanging():
            together = store.course("1", since), store.gains("1", since)
        assert asked.count("gains_lists") == 1
        assert together == apart
        assert sum(row.coins for row in together[0].rows) == sum(row.coins for row in together[1].rows) == 6000


def test_the_next_moment_has_lists_that_were_written_meanwhile(where: str) -> None:
    with opened(where, ZoneInfo("Asia/Shanghai"), lambda: NOON + 9 * MINUTE) as store:
        with store.records.unchanging():
            before = store.gains("1")
        written(where, polls_at(6))
        with store.records.unchanging():
            after = store.gains("1")
        assert [row.coins for row in before.rows] == [4000, 4000]
        assert [row.coins for row in after.rows] == [6000, 6000]


def test_many_rooms_are_found_at_once_each_where_it_was_polled_last(where: str) -> None:
    written(where, polls_at(7, source="other.test"), polls_at(3, room="2"), polls_at(2, source="other.test", room="2"))
    with opened(where, ZoneInfo("Asia/Shanghai")) as store:
        ground = store.records
        found = ground.rooms_named(["2", "1"], ANY)
        assert [(room.name.room_id, room.name.source) for room in found] == [("2", "gateway.test"), ("1", "other.test")]
        assert found == [ground.room("2", ANY), ground.room("1", ANY)]
        assert ground.rooms_named(["1"], ANY._replace(source="gateway.test"))[0].name.source == "gateway.test"
        with pytest.raises(NotInStore, match="room 3 was never polled"):
            ground.rooms_named(["1", "3", "4"], ANY)


def test_a_reader_of_postgresql_keeps_its_queries_prepared_from_one_question_to_the_next(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = stores.address("postgresql", tmp_path, request)
    store = locate.open_records(address, create=True)
    store.write([polls_at(1)])
    store.close()
    with opened(address, ZoneInfo("Asia/Shanghai")) as reader:
        reader.latest("1")
        connection: Any = reader.records.database
        [(prepared,)] = connection._connected().execute("SELECT count(*) FROM pg_prepared_statements").fetchall()
        assert prepared > 5
        [(mode,)] = connection._connected().execute("SHOW plan_cache_mode").fetchall()
        assert mode == "force_generic_plan"
