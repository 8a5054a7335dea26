"""Gateways have names: a store lists them, renames them, and joins two that are one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import StoreError
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.sql_store import SqlStore
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.daily import top_of_day

NOON = 1_795_435_200_000
MINUTE = 60_000
OLD, NEW = "127.0.0.1:8787", "gateway"
Open = Callable[[], Records]


@pytest.fixture(params=stores.DATABASES)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        yield open_it


@pytest.fixture
def store(open_again: Open) -> Records:
    return open_again()


def listed(source: str, minute: int, scores: dict[str, int], room_id: str = "1", **changes: Any) -> RoomSnapshot:
    """A list by a gateway: what each contributor has given."""
    at = iso(NOON + minute * MINUTE)
    place = {"source": source, "captured_at": at, "polled_at": at, "room_id": room_id}
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    rows = [entry(rank, score=score, user_id=user, **place) for rank, (user, score) in enumerate(ranked, start=1)]
    return snapshot(rows, digest=f"{hash(tuple(ranked)) % 10**12:032d}", **place | changes)


def moved(store: Records) -> list[RoomSnapshot]:
    """Three lists of a room under the old name, two under the new one, and a room under each alone."""
    before = [
        listed(OLD, 0, {"7": 100}),
        listed(OLD, 1, {"7": 150, "8": 20}),
        listed(OLD, 2, {"7": 150, "8": 50}),
    ]
    after = [listed(NEW, 3, {"7": 170, "9": 10}), listed(NEW, 4, {"7": 200, "8": 60, "9": 10})]
    apart = [listed(OLD, 0, {"7": 5}, "2"), listed(NEW, 4, {"8": 5}, "3")]
    store.write([polled(each, fence=90 + step) for step, each in enumerate(before)])
    store.write([polled(each, every=60, fence=1 + step) for step, each in enumerate(after)])
    store.write([polled(each) for each in apart])
    return [*before, *after]


def lists(store: Records, room_id: str = "1") -> list[RoomSnapshot]:
    return list(store.lists(room_id, iso(0), iso(NOON + 60 * MINUTE)))


def named(lists: list[RoomSnapshot], source: str) -> list[RoomSnapshot]:
    """The lists as that gateway served them."""
    return [
        listed(source, minute, {row.user_id or "": row.score or 0 for row in each.entries})
        for minute, each in enumerate(lists)
    ]


def test_the_gateways_are_listed_with_what_they_served(store: Records) -> None:
    moved(store)
    first, second = store.sources()
    assert first == (NEW, 2, 3, iso(NOON + 3 * MINUTE), iso(NOON + 4 * MINUTE))
    assert second == (OLD, 2, 2, iso(NOON), iso(NOON + 2 * MINUTE))


def test_which_gateways_know_a_room_or_a_contributor_is_told_the_latest_first(store: Records) -> None:
    moved(store)
    assert [store.sources_of_room(room) for room in "1239"] == [[NEW, OLD], [OLD], [NEW], []]
    assert store.sources_of_room("1", "audience") == []
    assert [store.sources_of_contributor(user) for user in "7895"] == [[NEW, OLD], [NEW, OLD], [NEW], []]


def test_a_status_of_one_gateway_counts_its_own(store: Records) -> None:
    moved(store)
    store.write([polled(failed(source=NEW, room_id="1", polled_at=iso(NOON + 5 * MINUTE)), fence=99)])
    of = {name: store.status(name) for name in (OLD, NEW, None)}
    assert [(each.rooms, each.users, each.polls, each.failures, each.lists) for each in of.values()] == [
        (2, 2, 4, 0, 4),
        (2, 3, 4, 1, 3),
        (4, 5, 8, 1, 7),
    ]


def test_a_gateway_that_is_renamed_keeps_all_it_has(store: Records) -> None:
    moved(store)
    before = lists(store, "2")
    assert store.rename_source(OLD, "other") == (0, 0)
    assert [each.source for each in store.sources()] == [NEW, "other"]
    assert [each.target.source for each in lists(store, "2")] == ["other"]
    assert [each.entries[0].score for each in lists(store, "2")] == [each.entries[0].score for each in before]


def test_a_name_that_no_gateway_has_is_an_error(store: Records) -> None:
    moved(store)
    with pytest.raises(StoreError, match="no gateway is called nobody"):
        store.rename_source("nobody", NEW)
    assert [each.source for each in store.sources()] == [NEW, OLD]


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)])
def test_two_gateways_that_are_joined_have_the_lists_of_both(store: Records, names: tuple[str, str]) -> None:
    served = moved(store)
    assert len(lists(store)) == 2
    assert store.rename_source(*names) == (1, 0)
    assert [each.source for each in store.sources()] == [names[1]]
    assert lists(store) == named(served, names[1])
    assert store.latest("1") == named(served, names[1])[-1]
    assert [poll.outcome for poll in store.polls("1", iso(0), iso(NOON + 60 * MINUTE))] == ["stored"] * 5
    assert [len(lists(store, room)) for room in "23"] == [1, 1]


def test_gains_of_joined_gateways_are_those_of_all_lists(store: Records) -> None:
    moved(store)
    store.rename_source(OLD, NEW)
    found = store.gains("1", iso(NOON), iso(NOON + 60 * MINUTE))
    assert {gain.user_id: gain.coins for gain in found.gains} == {"7": 100, "8": 60, "9": 10}
    assert (found.since, found.until) == (iso(NOON), iso(NOON + 4 * MINUTE))


def test_contributors_that_both_gateways_had_are_one(store: Records) -> None:
    moved(store)
    store.rename_source(OLD, NEW)
    assert store.status().users == 3
    found = store.contributor("7")
    assert found is not None
    assert (found.source, found.first_seen, found.last_seen) == (NEW, iso(NOON), iso(NOON + 4 * MINUTE))
    stays = [(stay.room_id, stay.since, stay.until, stay.is_over, stay.last_score) for stay in store.trail("7")]
    assert stays == [
        ("1", iso(NOON + 3 * MINUTE), iso(NOON + 4 * MINUTE), False, 200),
        ("1", iso(NOON), iso(NOON + 2 * MINUTE), True, 150),
        ("2", iso(NOON), iso(NOON), False, 5),
    ]


def test_days_of_joined_gateways_are_counted_again_from_all_lists(store: Records) -> None:
    moved(store)
    assert {(each.source, each.user_id): each.coins for each in top_of_day(store, "2026-11-23")} == {
        (OLD, "7"): 50,
        (OLD, "8"): 50,
        (NEW, "7"): 30,
        (NEW, "8"): 60,
    }
    store.rename_source(OLD, NEW)
    assert {(each.source, each.user_id): each.coins for each in top_of_day(store, "2026-11-23")} == {
        (NEW, "7"): 100,
        (NEW, "8"): 60,
        (NEW, "9"): 10,
    }


def both_at_once(store: Records) -> None:
    """One room under both names, at the same moments: once the same list, once another."""
    for source, gifts in ((OLD, 51), (NEW, 50)):
        store.write([polled(listed(source, 0, {"7": 100})), polled(listed(source, 2, {"7": 100 + gifts}))])


def test_coins_of_a_list_at_midnight_belong_to_the_day_that_begins(store: Records) -> None:
    """The days of a room that both gateways had are counted again."""
    store.write([polled(listed(OLD, 710, {"7": 100})), polled(listed(OLD, 719, {"7": 110}))])
    store.write([polled(listed(NEW, 720, {"7": 130})), polled(listed(NEW, 721, {"7": 131}))])
    store.rename_source(OLD, NEW)
    days = ("2026-11-23", "2026-11-24")
    assert [[each.coins for each in top_of_day(store, day)] for day in days] == [[10], [21]]


def test_a_room_that_was_polled_under_both_names_at_once_is_counted_once(store: Records) -> None:
    both_at_once(store)
    assert store.rename_source(OLD, NEW) == (1, 1)
    (top,) = top_of_day(store, "2026-11-23")
    assert (top.user_id, top.coins) == ("7", 51)
    assert [(poll.captured_at, poll.flags) for poll in store.polls("1", iso(0), iso(NOON + 60 * MINUTE))] == [
        (iso(NOON), ()),
        (iso(NOON + 2 * MINUTE), ()),
        (iso(NOON + 2 * MINUTE), ("clock_stands_still",)),
    ]


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)])
def test_lists_of_one_clock_that_differ_are_all_kept_when_gateways_are_joined(
    store: Records, names: tuple[str, str]
) -> None:
    both_at_once(store)
    store.rename_source(*names)
    assert [[row.score for row in each.entries] for each in lists(store)] == [[100], [150], [151]]
    assert store.write([polled(listed(names[1], 2, {"7": 152}, polled_at=iso(NOON + 3 * MINUTE)), fence=9)]) == [
        Kept.STORED
    ]
    latest = store.latest("1")
    assert latest is not None
    assert [row.score for row in latest.entries] == [152]


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)])
def test_nothing_is_wrong_in_a_store_whose_gateways_were_joined_or_purged(
    store: Records, names: tuple[str, str]
) -> None:
    both_at_once(store)
    moved(store)
    store.rename_source(*names)
    assert [each for each in store.check() if each.what != "unchecked"] == []
    store.write([polled(listed("third", 3, {"7": 1}))])
    store.purge(iso(NOON + 24 * 60 * MINUTE), names[1])
    assert [each for each in store.check() if each.what != "unchecked"] == []


def test_sums_of_days_that_were_purged_are_not_added(store: Records) -> None:
    both_at_once(store)
    store.purge(iso(NOON + 2 * 24 * 60 * MINUTE))
    store.rename_source(OLD, NEW)
    (top,) = top_of_day(store, "2026-11-23")
    assert (top.user_id, top.coins) == ("7", 51)


def test_a_purge_of_one_gateway_leaves_the_others(store: Records) -> None:
    moved(store)
    store.write([polled(failed(source=OLD, room_id="1", polled_at=iso(NOON + 5 * MINUTE)), fence=99)])
    tomorrow = iso(NOON + 24 * 60 * MINUTE)
    assert store.purge(iso(NOON), OLD) == (0, 0, 0)
    assert store.purge(tomorrow, OLD) == (5, 4, store.status(OLD).entries)
    assert [store.latest(room, source=source) is None for room in "123" for source in (OLD, NEW)] == [
        *(True, False),
        *(True, True),
        *(True, False),
    ]
    assert [stay.is_over for stay in store.trail("7", source=OLD)] == [True, True]
    with pytest.raises(StoreError, match="no gateway is called nobody"):
        store.purge(tomorrow, "nobody")


def test_what_polls_the_room_now_says_its_schedule_and_its_fence(store: Records) -> None:
    moved(store)
    store.rename_source(OLD, NEW)
    (room,) = store.recurring(NEW)
    assert (room.target.room_id, room.schedule.every, room.last_polled) == ("1", 60, iso(NOON + 4 * MINUTE))
    assert store.write([polled(listed(NEW, 5, {"7": 201, "8": 60, "9": 10}), every=60, fence=3)]) == [Kept.STORED]


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)])
def test_a_worker_goes_on_under_either_name_while_gateways_are_joined(open_again: Open, names: tuple[str, str]) -> None:
    worker, other = open_again(), open_again()
    moved(worker)
    other.rename_source(*names)
    gifts = {"8": 60, "9": 10, "5": 1}
    later = [listed(source, minute, {"7": 300 + minute} | gifts) for minute, source in enumerate((OLD, NEW, OLD), 10)]
    for each in later:
        assert worker.write([polled(each, fence=99)]) == [Kept.STORED]
    for source in (OLD, NEW):
        own = [each for each in later if each.target.source == source]
        assert other.latest("1", source=source) == own[-1]
    assert other.rename_source(*names) == (1, 0)
    assert [each.captured_at for each in lists(other)] == [iso(NOON + m * MINUTE) for m in (0, 1, 2, 3, 4, 10, 11, 12)]


COLUMNS = {
    True: "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
    False: "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()",
}
"""What lists the columns of every table, by whether it is SQLite."""


def test_nothing_refers_to_a_gateway_room_or_contributor_that_is_gone(store: Records) -> None:
    moved(store)
    store.rename_source(OLD, NEW)
    assert isinstance(store, SqlStore)
    database: Any = store.database
    is_sqlite = "_db" in vars(database)
    run = database._db.execute if is_sqlite else database._connected().execute
    owners = {"source_key": "_sources", "room_key": "_rooms", "user_key": "_users"}
    checked = [
        (table, key, next(iter(run(f"SELECT count(*) FROM {table} WHERE {key} NOT IN (SELECT {key} FROM {owner})")))[0])  # noqa: S608
        for table, key in list(run(COLUMNS[is_sqlite]))
        if (owner := owners.get(key, table)) != table
    ]
    assert len(checked) > 10
    assert [each for each in checked if each[-1]] == []
