"""Which lists count, and what is counted from one to the next; on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.list_choice import EVERY_POLL
from tests import stores
from tests.builders import entry
from tests.daily import top_of_day
from tests.test_store_records import at, listed, write

Scores = dict[str, int | None]
FULL: Scores = {str(1000 + place): 1000 - place for place in range(100)}
"""Scores of 1000 to 901."""


@pytest.fixture(params=stores.DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        yield open_it()


def withheld(minute: float, users: Scores) -> RoomSnapshot:
    """The list without its scores."""
    return hidden(minute, users, score=None, score_precision="withheld")


def masked(minute: float, users: Scores) -> RoomSnapshot:
    """The list without its names."""
    return hidden(minute, users, user_id=None, is_anonymous=True)


def hidden(minute: float, users: Scores, **changes: object) -> RoomSnapshot:
    place = {"captured_at": at(minute), "polled_at": at(minute), "room_id": "1"}
    rows = [
        entry(rank, **({"score": score, "user_id": user, "delta": None} | place | changes))
        for rank, (user, score) in enumerate(users.items(), start=1)
    ]
    return listed(minute, {}, entries=rows, digest=f"{int(minute * 10):032d}")


def gains(store: Records, since: float = 0, until: float = 100_000) -> dict[str, tuple[int, int | None]]:
    """The bounds of what each contributor gave."""
    return {each.user_id: (each.coins, each.most) for each in store.gains("1", at(since), at(until)).gains}


def sums(store: Records, day: str = "2026-11-23") -> dict[str, int]:
    return {each.user_id: each.coins for each in top_of_day(store, day)}


@pytest.mark.parametrize("hide", [withheld, masked])
def test_a_hidden_list_changes_no_fact(store: Records, hide: Callable[[float, Scores], RoomSnapshot]) -> None:
    later: Scores = {"7": 1500, **dict([*FULL.items()][:99])}
    write(store, [listed(0, FULL), hide(1, FULL), listed(2, later)])
    assert gains(store) == {"7": (599, 1500), "1099": (0, 1)}
    assert sums(store) == {"7": 599}
    assert [(stay.since, stay.is_over) for stay in store.trail("1001")] == [(at(0), False)]
    assert [(stay.until, stay.last_score) for stay in store.trail("1099")] == [(at(0), 901)]
    assert store.gains("1", at(0), at(9)).left_out == 1


def test_what_was_given_while_scores_were_hidden_is_in_gains_and_in_sums(store: Records) -> None:
    write(store, [listed(0, {"7": 100, "8": 50}), withheld(1, {"7": 100, "8": 50}), listed(2, {"7": 130, "8": 60})])
    assert gains(store) == {"7": (30, 30), "8": (10, 10)}
    assert sums(store) == {"7": 30, "8": 10}


def test_the_newest_list_is_the_last_that_tells_something(store: Records) -> None:
    write(store, [masked(0, {"7": 5})])
    assert store.latest("1") == masked(0, {"7": 5})
    write(store, [listed(1, {"7": 6}), withheld(2, {"7": 7})])
    assert store.latest("1") == listed(1, {"7": 6})
    write(store, [listed(3, {})])
    assert store.latest("1") == listed(3, {})


def test_an_older_list_under_a_new_clock_is_kept_flagged_and_counts_for_nothing(store: Records) -> None:
    lists = [listed(0, {"7": 100, "8": 50}), listed(1, {"7": 120, "8": 55, "9": 5}), listed(2, {"7": 100, "8": 50})]
    assert write(store, lists) == [Kept.STORED, Kept.STORED, Kept.OLDER]
    assert write(store, [listed(2.5, {"7": 100, "8": 50})]) == [Kept.STILL_OLDER]
    assert store.latest("1") == lists[1]
    found = [*store.lists("1", at(0), at(9))]
    assert found[:2] == lists[:2]
    assert found[2].flags == ("stale_list",)
    assert [row.flags for row in found[2].entries] == [("stale_list",)] * 2
    assert [row.score for row in found[2].entries] == [100, 50]
    write(store, [listed(3, {"7": 140, "8": 60, "9": 6})])
    assert gains(store) == {"7": (40, 40), "8": (10, 10), "9": (6, 6)}
    assert sums(store) == {"7": 40, "8": 10, "9": 6}
    assert [(stay.since, stay.is_over) for stay in store.trail("9")] == [(at(1), False)]


def test_coins_count_from_the_highest_score_on(store: Records) -> None:
    lists: list[Scores] = [{"7": 100, "8": 50, "9": 5}, {"7": 99, "8": 60, "9": 5}, {"7": 103, "8": 60, "9": 5}]
    assert write(store, [listed(minute, scores) for minute, scores in enumerate(lists)]) == [Kept.STORED] * 3
    assert gains(store) == {"7": (3, 3), "8": (10, 10)}
    assert gains(store, since=1) == {"7": (3, 3)}
    assert sums(store) == {"7": 3, "8": 10}


def test_another_rooms_list_counts_for_nothing(store: Records) -> None:
    own: Scores = {str(user): 100 + user for user in range(10)}
    foreign: Scores = {str(user): 90_000 - user for user in range(50, 60)}
    write(store, [listed(minute, own) for minute in range(-3, 1)])
    write(store, [listed(1, foreign), listed(2, own | {"3": 110}), listed(3, foreign | {"50": 95_000})])
    write(store, [listed(4, own | {"3": 111})])
    assert gains(store) == {"3": (8, 8)}
    assert sums(store) == {"3": 8}
    flags = [each.flags for each in store.lists("1", at(0), at(9), which=EVERY_POLL)]
    assert flags == [(), ("stale_list",), (), ("stale_list",), ()]


def test_other_contributors_are_the_rooms_once_lists_have_agreed_for_long(store: Records) -> None:
    before = [listed(minute, {"7": 10}) for minute in range(-3, 1)]
    others: list[Scores] = [{"50": 9000 + minute, "51": 8000} for minute in range(12)]
    kept = write(store, [*before, *(listed(minute, each) for minute, each in enumerate(others, start=1))])
    assert kept[4:] == [*[Kept.OLDER] * 10, Kept.STORED, Kept.STORED]
    assert gains(store) == {"50": (1, None), "51": (0, None), "7": (0, None)}
    assert sums(store) == {"50": 1}


def test_a_few_lists_of_another_room_among_empty_ones_are_not_the_rooms(store: Records) -> None:
    write(store, [listed(minute, {"7": 10}) for minute in range(-3, 1)])
    answers: list[Scores] = [{"50": 9000 + minute} if minute % 10 == 0 else {} for minute in range(1, 81)]
    kept = write(store, [listed(minute, each) for minute, each in enumerate(answers, start=1)])
    assert kept == [Kept.OLDER if each else Kept.EMPTY for each in answers]
    assert (gains(store), sums(store)) == ({}, {})


def test_a_first_list_of_another_room_is_outvoted(store: Records) -> None:
    """Until then, nothing is counted of it: what follows it is not confirmed either."""
    foreign: Scores = {"50": 9000, "51": 8000}
    own: list[Scores] = [{"7": 10 + minute, "8": 5} for minute in range(8)]
    assert write(store, [listed(0, foreign), listed(1, own[1])]) == [Kept.STORED, Kept.OLDER]
    assert write(store, [listed(2, foreign | {"50": 9500}), listed(3, own[3])]) == [Kept.STORED, Kept.OLDER]
    assert write(store, [listed(4, own[4]), listed(5, own[5])]) == [Kept.OLDER, Kept.STORED]
    write(store, [listed(6, own[6]), listed(7, foreign | {"50": 9900})])
    assert sums(store) == {"7": 1}
    assert gains(store)["50"] == (0, None)
    assert store.latest("1") == listed(6, own[6])


def test_a_room_whose_first_list_is_contradicted_counts_on_once_enough_lists_agree(store: Records) -> None:
    foreign: Scores = {"50": 9000, "51": 8000}
    write(store, [listed(0, {"7": 10}), listed(1, foreign), listed(2, {"7": 12}), listed(3, {"7": 12})])
    assert sums(store) == {}
    found = [*store.lists("1", at(0), at(9))]
    assert [each.flags for each in found] == [(), ("stale_list",), (), ()]
    assert [[row.score for row in each.entries] for each in found] == [[10], [9000, 8000], [12], [12]]
    write(store, [listed(4, {"7": 15})])
    assert (gains(store), sums(store)) == ({"7": (5, 5)}, {"7": 5})


def test_scores_that_fall_together_count_from_0_once_a_list_confirms_it(store: Records) -> None:
    lists: list[Scores] = [{"7": 100, "8": 50}, {"7": 20, "8": 5}, {"7": 30, "8": 9}, {"7": 31, "8": 9}]
    kept = write(store, [listed(minute, scores) for minute, scores in enumerate(lists)])
    assert kept == [Kept.STORED, Kept.OLDER, Kept.STORED, Kept.STORED]
    assert [(each.user_id, each.coins, each.most, each.marks) for each in store.gains("1", at(0), at(9)).gains] == [
        ("7", 31, None, ("reset",)),
        ("8", 9, None, ("reset",)),
    ]
    assert gains(store, since=2) == {"7": (1, 1)}
    assert sums(store) == {"7": 31, "8": 9}


def test_a_list_of_before_scores_began_again_is_an_older_one(store: Records) -> None:
    lists: list[Scores] = [
        {"7": 100, "8": 50},
        {"7": 2, "8": 1},
        {"7": 3, "8": 1},
        {"7": 100, "8": 50},
        {"7": 4, "8": 1},
    ]
    write(store, [listed(minute, lists[0]) for minute in range(-3, 0)])
    kept = write(store, [listed(minute, scores) for minute, scores in enumerate(lists)])
    assert kept[2:] == [Kept.STORED, Kept.OLDER, Kept.STORED]
    assert sums(store) == {"7": 4, "8": 1}


def test_lists_of_an_hour_that_fall_together_are_older_ones(store: Records) -> None:
    rising: list[Scores] = [{"7": 10 * minute, "8": 5 * minute} for minute in range(1, 40)]
    older = [listed(40 + minute, rising[minute] | {"7": 10 * minute + 11}) for minute in range(3)]
    write(store, [*(listed(minute, scores) for minute, scores in enumerate(rising)), *older])
    assert sums(store) == {"7": 380, "8": 190}
    write(store, [listed(50, {"7": 400, "8": 200})])
    assert sums(store) == {"7": 390, "8": 195}


@pytest.mark.parametrize("flag", ["captured_in_future", "captured_backwards", "list_of_two_rooms", "stale_list"])
def test_a_doubtful_list_is_kept_and_stays_out(store: Records, flag: str) -> None:
    doubtful = listed(1, {"7": 5000, "9": 4000}, flags=(flag,))
    write(store, [listed(0, {"7": 100, "8": 50}), doubtful, listed(2, {"7": 101, "8": 50})])
    assert [*store.lists("1", at(0), at(9))][1] == doubtful
    assert (gains(store), sums(store)) == ({"7": (1, 1)}, {"7": 1})
    assert store.trail("9") == []
    assert [stay.is_over for stay in store.trail("8")] == [False]
    write(store, [msgspec.structs.replace(doubtful, captured_at=at(3), digest="9" * 32)])
    assert store.latest("1") == listed(2, {"7": 101, "8": 50})


def test_a_list_that_comes_after_a_later_one_changes_no_sum(store: Records) -> None:
    write(store, [listed(0, {"7": 100, "8": 50}), listed(5, {"7": 110, "8": 50})])
    write(store, [listed(3, {"7": 104, "9": 40})])
    assert (gains(store), sums(store)) == ({"7": (10, 10)}, {"7": 10})


def test_who_may_be_behind_a_row_without_a_name_counts_from_its_score_on(store: Records) -> None:
    write(store, [listed(0, {"7": 1000, "": 500, "8": 100}), listed(1, {"7": 1000, "9": 510, "8": 101})])
    assert gains(store) == {"8": (1, 1), "9": (10, 510)}
    assert sums(store) == {"8": 1, "9": 10}


def test_who_may_be_in_an_unreadable_row_counts_from_the_row_above_on(store: Records) -> None:
    unread = (Quarantined(2, "$.score", "odd"),)
    first = listed(0, {"7": 1000, "8": 100}, quarantined=unread)
    write(store, [first, listed(1, {"9": 1200, "7": 1000, "6": 900, "8": 101, "5": 20})])
    assert gains(store) == {"9": (200, 1200), "6": (0, 900), "8": (1, 1), "5": (20, 20)}
    assert sums(store) == {"9": 200, "8": 1, "5": 20}


def test_the_first_lists_of_an_empty_room_count_once_enough_polls_agree(store: Records) -> None:
    assert write(store, [listed(minute, {}) for minute in range(4)]) == [Kept.EMPTY] * 4
    assert write(store, [listed(4, {"8": 5}), listed(5, {"8": 5})]) == [Kept.STORED, Kept.UNCHANGED]
    assert store.latest("1") == listed(5, {"8": 5})
    write(store, [listed(6, {"8": 6, "9": 1})])
    assert (sums(store), store.trail("8")) == ({}, [])
    write(store, [listed(7, {"8": 6, "9": 1})])
    assert (gains(store), sums(store)) == ({"8": (6, 6), "9": (1, 1)}, {"8": 6, "9": 1})
    assert [(stay.since, stay.is_over) for stay in store.trail("8")] == [(at(7), False)]


def test_an_empty_room_takes_no_other_rooms_lists_for_its_own(store: Records) -> None:
    write(store, [listed(minute, {}) for minute in range(4)])
    write(store, [listed(minute, {"7": 9000 + int(minute)}) for minute in (4, 5, 6)])
    write(store, [listed(7, {}), listed(8, {"7": 9300})])
    write(store, [listed(minute, {"8": int(minute), "9": 1}) for minute in (9, 10, 11)])
    assert sums(store) == {}
    write(store, [listed(12, {"8": 12, "9": 1})])
    assert (gains(store), sums(store)) == ({"8": (12, 12), "9": (1, 1)}, {"8": 12, "9": 1})


def test_what_a_first_list_shows_after_a_few_empty_ones_was_perhaps_given_before(store: Records) -> None:
    write(store, [listed(0, {}), *(listed(minute, {"8": 5000 + minute}) for minute in range(1, 6))])
    assert (gains(store), sums(store)) == ({"8": (1, None)}, {"8": 1})


def test_gains_say_what_a_full_list_cannot_show(store: Records) -> None:
    later: Scores = {"7": 1100, **dict([*FULL.items()][:98]), "1099": 903}
    write(store, [listed(0, FULL), listed(1, later)])
    found = store.gains("1", at(0), at(9))
    bounds = {each.user_id: (each.coins, each.most) for each in found.gains}
    assert bounds == {"7": (199, 1100), "1099": (2, 2), "1098": (0, 1)}
    assert found.most_outside == 903
    assert found.unseen == pytest.approx(1 - 201 / 1103)


def test_two_workers_in_turn_count_as_one(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with stores.records(stores.ready("sqlite", tmp_path, request)) as open_it:
        workers = [open_it(), open_it()]
        for minute in range(6):
            write(workers[minute % 2], [listed(minute, {"7": 100 + minute - 2 * (minute == 3), "8": 5 * minute})])
        assert gains(workers[0]) == {"8": (25, 25), "7": (5, 5)}
        assert sums(workers[1]) == {"8": 25, "7": 5}


def test_a_day_begins_and_ends_in_its_time_zone(store: Records) -> None:
    """Noon in UTC is eight in the evening in Beijing."""
    scores = {minute: 100 + 7 * place for place, minute in enumerate((0, 60, 239, 240, 720, 1440))}
    write(store, [listed(minute, {"7": score}) for minute, score in scores.items()])
    beijing = ZoneInfo("Asia/Shanghai")
    days = ("2026-11-23", "2026-11-24")
    in_beijing = [[each.coins for each in top_of_day(store, day, zone=beijing)] for day in days]
    assert in_beijing == [[14], [21]]
    assert [[each.coins for each in top_of_day(store, day)] for day in days] == [[21], [14]]
    in_delhi = [[each.coins for each in top_of_day(store, day, zone=ZoneInfo("Asia/Kolkata"))] for day in days]
    assert in_delhi == [[21], [14]]


def test_sums_of_more_coins_than_there_are_do_not_overflow(store: Records) -> None:
    most = 2**63 - 1
    lists: list[Scores] = [{"7": 0, "8": 1}, {"7": most, "8": 2}, {"7": most, "8": most, "9": most}]
    write(store, [listed(60 * hour, scores) for hour, scores in enumerate(lists)])
    write(store, [listed(240, {"7": most, "8": most, "9": most})])
    [first, second, *_] = top_of_day(store, "2026-11-23")
    assert (first.coins, second.coins) == (2**57, 2**57 - 1)
