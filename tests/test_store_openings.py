"""Coins count from 0 in a session whose beginning was seen, in gains, sums and courses; on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from rankcrawler.clock import ms
from rankcrawler.insight.questions import Questions
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store.contract import Records
from rankcrawler.store.reading import Reading
from tests import stores
from tests.test_store_counting import gains, sums
from tests.test_store_records import at, listed, write

DAY = 1440.0
"""Minutes."""


@pytest.fixture(params=stores.DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        yield open_it()


def began(by: str = "look", minute: float = 0, room_id: str = "1", fence: int = 1) -> SessionChange:
    """That the session of a room began."""
    return SessionChange("gateway.test", "uid=5", room_id, fence, begun_ms=ms(at(minute)), begun_by=by)


def problems(store: Records) -> list[str]:
    """What is wrong with the store."""
    return [each.problem for each in store.check() if each.what != "unchecked"]


def poll(store: Records, *minutes: float, first: int = 100, room_id: str = "1") -> None:
    """Store a list for each minute: one contributor gives a coin a minute, another nothing."""
    for minute in minutes:
        scores: dict[str, int | None] = {"7": first + int(minute)}
        if room_id == "1":
            scores["8"] = 50
        found = listed(minute, scores)
        write(store, [replace(found, target=replace(found.target, room_id=room_id))])


@pytest.mark.parametrize("by", ["look", "gateway"])
def test_coins_count_from_the_beginning_once_enough_polls_have_shown_the_room(by: str, store: Records) -> None:
    store.note([began(by)])
    poll(store, 1, 2, 3)
    assert gains(store) == {"7": (2, 2)}, "the first list may yet be another room's"
    poll(store, 4)
    assert gains(store) == {"7": (104, 104), "8": (50, 50)}
    assert sums(store) == {"7": 104, "8": 50}
    poll(store, 5)
    assert (gains(store), sums(store)) == ({"7": (105, 105), "8": (50, 50)}, {"7": 105, "8": 50})
    found = store.gains("1", at(-10), at(10))
    assert (found.since, found.until, found.unseen) == (at(0), at(5), 0)
    assert [(each.first_score, each.last_score, each.marks) for each in found.gains] == [
        (None, 105, ("entered",)),
        (None, 50, ("entered",)),
    ]
    assert gains(store, since=2) == {"7": (3, 3)}, "from a list on, as ever"
    assert problems(store) == []


@pytest.mark.parametrize("seen", [False, True])
def test_a_session_that_was_on_when_it_was_found_counts_from_the_first_list(seen: bool, store: Records) -> None:
    if seen:
        store.note([began("found")])
    poll(store, 1, 2, 3, 4, 5)
    assert (gains(store), sums(store)) == ({"7": (4, 4)}, {"7": 4})


def test_a_beginning_that_is_noted_after_the_first_lists_counts_too(store: Records) -> None:
    poll(store, 1, 2)
    store.note([began()])
    poll(store, 3, 4)
    assert gains(store)["7"] == (104, 104)


def test_what_another_rooms_list_shows_first_is_never_counted(store: Records) -> None:
    store.note([began()])
    write(store, [listed(0.5, {"1": 9_000, "2": 8_000, "3": 7_000})])
    for minute in range(1, 12):
        poll(store, minute)
    assert sums(store).keys() <= {"7", "8"}
    assert gains(store).get("1") in (None, (0, None))
    assert sums(store)["7"] <= 12
    assert problems(store) == []


def test_a_fall_inside_the_room_is_no_new_session(store: Records) -> None:
    store.note([began()])
    poll(store, 1, 2, 3, 4)
    write(store, [listed(minute, {"7": 4, "8": 2}) for minute in (5, 6)])
    assert gains(store)["8"][0] == sums(store)["8"]
    assert sums(store)["7"] <= 104 + 4
    assert len(store.sessions()) == 1
    assert problems(store) == []


def test_contributors_who_come_after_empty_lists_of_a_session_have_given_all_they_have(store: Records) -> None:
    store.note([began()])
    write(store, [listed(0.5, {})])
    poll(store, 1, 2, 3, 4, 5)
    assert gains(store)["8"] == (50, 50)
    assert gains(store)["7"][0] == 105
    assert sums(store) == {"7": 105, "8": 50}


def test_a_room_whose_first_lists_were_purged_does_not_count_again(store: Records) -> None:
    poll(store, 1)
    poll(store, DAY + 1, DAY + 2)
    store.purge(at(DAY)[:10])
    store.note([began("gateway")])
    before = sums(store, "2026-11-24")["7"]
    poll(store, DAY + 3, DAY + 4, DAY + 5)
    assert sums(store, "2026-11-24")["7"] == before + 3


def test_each_session_counts_from_0_and_an_anchors_sessions_add_up(store: Records) -> None:
    store.note([began(), began(minute=60, room_id="2", fence=2)])
    poll(store, 1, 2, 3, 4)
    poll(store, *range(61, 66), first=-60, room_id="2")
    assert sums(store) == {"7": 104 + 5, "8": 50}
    assert isinstance(store, Reading)
    questions = Questions(store.database, UTC)
    rows = {row.room_id: row for row in questions.sessions("5").rows}
    assert {room: row.coins for room, row in rows.items()} == {"1": 154, "2": 5}
    course = questions.course("2")
    assert [point.coins for point in course.rows] == [1, 1, 1, 1, 1]
    assert course.rows[0].coins_a_minute == 1.0, "since the session began"
    assert {row.user_id: row.coins for row in questions.gains("1").rows} == {"7": 104, "8": 50}
