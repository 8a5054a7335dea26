"""The questions of insight: what is special about their answers, and how sure they are."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore, SettingError
from rankcrawler.insight.answers import Stretch
from rankcrawler.insight.opening import opened
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.rooms import missed_in
from rankcrawler.insight.shares import concentration
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.oracle import Oracle
from tests.reading import rows
from tests.test_store_damage import changed

NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
Write = Callable[..., None]


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store without polls."""
    return stores.ready(request.param, tmp_path, request)


@pytest.fixture
def write(where: str) -> Write:
    """Writes a list of scores by contributor, some minutes after noon."""

    def written(minutes: float, scores: dict[str, int], room: str = "1", *, every: float = 60, **changes: Any) -> None:
        moment = iso(NOON + round(minutes * MINUTE))
        place = {"room_id": room, "captured_at": moment, "polled_at": moment}
        best = sorted(scores.items(), key=lambda each: -each[1])
        entries = [entry(rank, user_id=user, score=score, **place) for rank, (user, score) in enumerate(best, start=1)]
        rows = changes.pop("entries", entries)
        digest = f"{random.Random(f'{minutes} {room}').getrandbits(128):032x}"
        found = snapshot(rows, **({"digest": digest} | place | changes))
        with_store = locate.open_records(where)
        with_store.write([polled(found, every=every)])
        with_store.close()

    return written


@pytest.fixture
def ask(where: str) -> Iterator[Questions]:
    """The store, a day after noon."""
    with opened(where, ZoneInfo("Asia/Shanghai"), lambda: NOON + DAY) as store:
        yield store


def test_a_list_that_contradicts_the_room_is_passed_over_now_and_at_any_moment(write: Write, ask: Questions) -> None:
    write(0, {"7": 100, "8": 50})
    write(1, {"7": 150, "8": 60})
    write(2, {"7": 100, "8": 50})  # the list of two minutes ago
    for found in (ask.latest("1"), ask.at("1", iso(NOON + 2 * MINUTE))):
        assert found.captured_at == iso(NOON + MINUTE)
        assert found.sure.left_out == 1
    assert ask.course("1").rows[-1].total_score == 210
    assert [row.coins for row in ask.gains("1").rows] == [50, 10]


def test_a_moment_before_the_first_list_has_none(write: Write, ask: Questions) -> None:
    write(0, {"7": 100})
    with pytest.raises(NotInStore, match=r"^room 1 had no list at 2026-11-23 19:59:00\+08:00$"):
        ask.at("1", iso(NOON - MINUTE))
    assert ask.at("1", iso(NOON)).rows[0].score == 100


def test_an_age_to_compare_with_is_one_before_the_lists_moment(write: Write, ask: Questions) -> None:
    for minute in range(10):
        write(minute, {"7": 100 + minute, "8": 50})
    found = ask.at("1", iso(NOON + 7 * MINUTE), vs="5min")
    assert (found.compared_at, found.rows[0].coins) == (iso(NOON + 2 * MINUTE), 5)
    with pytest.raises(SettingError, match="lies in the future"):
        ask.at("1", iso(NOON + 7 * MINUTE), vs=iso(NOON + 8 * MINUTE))


def test_a_room_that_began_later_is_compared_with_its_first_list(write: Write, ask: Questions) -> None:
    write(0, {"7": 100})
    write(1, {"7": 130})
    found = ask.latest("1", vs="30d")
    assert (found.compared_at, found.rows[0].coins, found.rows[0].moved) == (iso(NOON), 30, "same")


def test_coins_are_exact_only_if_nothing_can_be_hidden(write: Write, ask: Questions) -> None:
    write(0, {"7": 100})
    write(1, {"7": 130})
    assert ask.gains("1").sure.coins == ask.course("1").sure.coins == ask.latest("1", vs="2d").sure.coins == "exact"
    full = {str(user): 1000 - user for user in range(100)}
    write(0, full, "2")
    write(1, full | {"0": 2000}, "2")
    gains = ask.gains("2")
    assert (gains.sure.coins, gains.most_outside) == ("at_least", 901)
    assert ask.course("2").sure.coins == "at_least"


def test_times_without_names_or_scores_are_stretches(write: Write, ask: Questions) -> None:
    write(0, {"7": 100})
    for minute in (1, 2, 5):
        rows = [entry(1, user_id=None, is_anonymous=True, room_id="1")]
        write(minute, {}, entries=rows, flags=("anonymous_room",))
        if minute == 2:
            write(3, {"7": 120})
    sure = ask.gains("1").sure
    assert sure.withheld == (
        Stretch(iso(NOON + MINUTE), iso(NOON + 3 * MINUTE), 2),
        Stretch(iso(NOON + 5 * MINUTE), iso(NOON + 5 * MINUTE), 1),
    )
    assert sure.longest_gap == 180


def test_damaged_lists_are_named_and_left_out(where: str, write: Write, ask: Questions) -> None:
    for minute in range(3):
        write(minute, {"7": 100 + minute, "8": 50 + minute})
    changed(where, "DELETE FROM _entries WHERE score = 51")
    gains = ask.gains("1")
    assert [(row.user_id, row.coins) for row in gains.rows] == [("7", 2), ("8", 2)]
    [damage] = gains.sure.damaged
    assert iso(NOON + MINUTE) in damage
    assert ask.gains("1").sure.damaged == gains.sure.damaged, "each answer names its own"
    assert ask.top(rooms=["1"]).sure.damaged == gains.sure.damaged


def test_lists_that_were_purged_are_mentioned_where_they_matter(where: str, write: Write, ask: Questions) -> None:
    write(0, {"7": 100})
    write(1, {"7": 130})
    write(24 * 60, {"7": 140})
    store = locate.open_records(where)
    store.purge(iso(NOON + DAY))
    store.close()
    assert ask.top().sure.purged_before == "2026-11-24"
    assert ask.top(iso(NOON + 14 * HOUR)).sure.purged_before is None
    assert [(row.user_id, row.coins) for row in ask.top().rows] == [("7", 40)], "the sums of hours stay"


def test_an_hour_that_has_not_ended_counts_whole(where: str, write: Write) -> None:
    write(0, {"7": 100})
    write(1, {"7": 130})
    with opened(where, ZoneInfo("Asia/Shanghai"), lambda: NOON + 2 * MINUTE) as store:
        assert [row.coins for row in store.top("today").rows] == [30]
        assert [row.coins for row in store.top("20:00", "20:02").rows] == [30]
        assert store.top("today", "20:01").rows == ()


def test_contributors_of_one_gateway_can_be_asked_about(write: Write, ask: Questions) -> None:
    for source, score in (("gateway.test", 130), ("other.test", 170)):
        write(0, {"7": 100}, source=source)
        write(1, {"7": score}, source=source)
    assert {row.source: row.coins for row in ask.top().rows} == {"gateway.test": 30, "other.test": 70}
    assert [row.coins for row in ask.top(source="other.test").rows] == [70]
    assert [row.coins for row in ask.top(iso(NOON + 1), iso(NOON + 2 * MINUTE), source="gateway.test").rows] == [30]
    assert ask.gains("1", source="gateway.test").rows[0].coins == 30
    assert [row.source for row in ask.rooms(source="other.test").rows] == ["other.test"]
    with pytest.raises(NotInStore):
        ask.latest("1", source="nobody")


def test_a_time_zone_of_half_hours_has_its_own_days(where: str, write: Write) -> None:
    write(0, {"7": 100})
    write(6 * 60 + 15, {"7": 130})  # 23:45 in Kolkata
    write(6 * 60 + 45, {"7": 170})  # 00:15 on the next day
    with opened(where, ZoneInfo("Asia/Kolkata"), lambda: NOON + DAY) as store:
        days = [store.top("2026-11-23", "2026-11-24"), store.top("2026-11-24", "2026-11-24T12:00")]
    assert [[row.coins for row in day.rows] for day in days] == [[30], [40]]


def test_regulars_are_new_returning_cooling_gone_or_steady(write: Write, ask: Questions) -> None:
    write(0, {"returning": 1, "cooling": 1, "gone": 1, "steady": 1, "early": 1})
    write(1, {"returning": 1, "cooling": 101, "gone": 101, "steady": 101, "early": 1})
    write(60, {"returning": 11, "cooling": 151, "gone": 101, "steady": 152, "early": 1})
    write(61, {"returning": 11, "cooling": 151, "gone": 101, "steady": 152, "early": 1, "new": 9})
    found = ask.regulars(
        iso(NOON + HOUR), iso(NOON + 2 * HOUR), states=("new", "returning", "cooling", "gone", "steady")
    )
    assert {row.user_id: row.state for row in found.rows} == {
        name: name for name in ("new", "returning", "cooling", "gone", "steady")
    }
    assert (found.new, found.returning, found.cooling, found.gone, found.steady) == (1, 1, 1, 1, 1)
    usual = ask.regulars()
    assert (usual.since_at, usual.before_at) == (iso(NOON - 6 * DAY), iso(NOON - 13 * DAY))
    assert {row.state for row in usual.rows} == {"new"}


def test_polls_that_are_due_since_the_last_one_are_overdue_until_the_room_ends(
    where: str, write: Write, ask: Questions
) -> None:
    write(0, {"7": 1})
    write(4, {"7": 2})
    time = (iso(NOON), iso(NOON + 10 * MINUTE))
    [row] = ask.coverage("1", *time).rows
    assert (row.due, row.polls, row.missed, row.overdue, row.longest_gap) == (10, 2, 3, 5, 240)
    [later] = ask.coverage(None, iso(NOON + HOUR), iso(NOON + 2 * HOUR)).rows
    assert (later.due, later.polls, later.overdue, later.first_polled_at) == (59, 0, 59, None)
    store = locate.open_records(where)
    gone = failed(room_id="1", polled_at=iso(NOON + 5 * MINUTE), action="gone", reason="ended")
    store.write([polled(gone, every=60)])
    store.close()
    [row] = ask.coverage("1", *time).rows
    assert (row.due, row.polls, row.failed, row.overdue) == (6, 3, 1, 0)
    [why] = ask.failures("1", *time).rows
    assert (why.reason, why.action, why.polls, why.rooms) == ("ended", "gone", 1, 1)
    assert ask.rooms().rows[0].ended_at == iso(NOON + 5 * MINUTE)


def test_a_room_that_adapts_has_no_due_polls(write: Write, ask: Questions, where: str) -> None:
    write(0, {"7": 1}, room="2", every=60)
    store = locate.open_records(where)
    moment = iso(NOON + 5 * MINUTE)
    place = {"room_id": "1", "captured_at": moment, "polled_at": moment}
    store.write([polled(snapshot([entry(1, **place)], **place), every=60, every_max=600)])
    store.close()
    found = {row.room_id: row for row in ask.coverage(None, iso(NOON), iso(NOON + HOUR)).rows}
    assert (found["1"].due, found["1"].missed, found["1"].overdue) == (None, None, None)
    assert found["2"].due == 60


@given(st.integers(0, 10_000_000), st.sampled_from([0.5, 1.0, 7.5, 60.0, 86_400.0]))
def test_missing_polls_are_whole_intervals_rounded(gap_ms: int, every: float) -> None:
    assert missed_in(gap_ms, every) == max(int(gap_ms / 1000 / every + 0.5) - 1, 0)


def test_missing_polls_are_counted_as_the_view_counts_them(where: str, write: Write) -> None:
    gaps = [1, 1.4, 1.5, 1.6, 2.4, 2.5, 2.6, 10]
    at = 0.0
    write(at, {"7": 1})
    for number, gap in enumerate(gaps, start=2):
        at += gap
        write(at, {"7": number})
    shown = rows(where, "SELECT missed_polls FROM poll_log WHERE gap_seconds IS NOT NULL ORDER BY seen_ms")
    assert [missed for (missed,) in shown] == [missed_in(round(gap * MINUTE), 60) for gap in gaps]


def test_coins_of_one_contributor_are_concentrated_and_those_of_equals_are_not() -> None:
    one = concentration([100, 0, None])
    assert one is not None
    assert (one.contributors, one.first, one.ten, one.gini) == (1, 1.0, 1.0, 0.0)
    equals = concentration([5] * 20)
    assert equals is not None
    assert (equals.first, equals.ten) == (0.05, 0.5)
    assert equals.gini == pytest.approx(0)
    skewed = concentration([1] * 99 + [10_000])
    assert skewed is not None
    assert skewed.gini == pytest.approx(0.98, abs=0.01)
    assert concentration([]) is concentration([0, None]) is None


def test_shared_contributors_have_their_scores_and_times(write: Write, ask: Questions) -> None:
    write(0, {"7": 100, "8": 10}, "1")
    write(1, {"8": 20, "9": 5}, "1")
    write(0, {"7": 30}, "2")
    [row] = ask.shared("1", "2").rows
    assert (row.user_id, row.rooms, row.coins) == ("7", 2, 130)
    first, second = row.in_rooms
    assert (first.room_id, first.since_at, first.until_at, first.is_there) == ("1", iso(NOON), iso(NOON), False)
    assert (second.score, second.is_there) == (30, True)
    assert {each.room_id: (each.contributors, each.shared) for each in ask.shared("1", "2").compared} == {
        "1": (3, 1),
        "2": (1, 1),
    }
    assert ask.shared("1", "2", since=iso(NOON + MINUTE), least=1).rows[0].user_id in {"7", "8", "9"}


def test_the_oracle_is_apart_from_the_product() -> None:
    import inspect

    from tests import insight_oracle

    imported = [line for line in inspect.getsource(insight_oracle).splitlines() if "rankcrawler" in line]
    assert [line for line in imported if "rankcrawler.model" not in line] == []
    assert "rankcrawler.store" not in inspect.getsource(inspect.getmodule(Oracle) or insight_oracle)


def test_two_sessions_are_compared_by_what_contributors_gave_in_each(write: Write, ask: Questions) -> None:
    write(0, {"7": 100, "8": 50})
    write(1, {"7": 150, "8": 50, "9": 5})
    write(0, {"7": 10, "6": 1}, "2")
    write(1, {"7": 40, "6": 21}, "2")
    found = ask.versus("1", "2")
    assert [(row.user_id, row.gave, row.coins, row.coins_there) for row in found.rows] == [
        ("7", "both", 50, 30),
        ("6", "there", 0, 20),
        ("9", "here", 5, 0),
    ]
    gains = [ask.gains(room) for room in ("1", "2")]
    assert [[row.coins for row in each.rows if row.user_id == "7"] for each in gains] == [[50], [30]]
    with pytest.raises(NotInStore, match="room 3 was never polled"):
        ask.versus("1", "3")


QUESTIONS: dict[str, Callable[[Questions], object]] = {
    "latest": lambda ask: ask.latest("1", vs="30d"),
    "course": lambda ask: ask.course("1"),
    "gains": lambda ask: ask.gains("1"),
    "versus": lambda ask: ask.versus("1", "2"),
    "top": lambda ask: ask.top(),
    "contributor": lambda ask: ask.contributor("7"),
    "shared": lambda ask: ask.shared("1", "2"),
    "compare": lambda ask: ask.compare("1", "2"),
    "coverage": lambda ask: ask.coverage(since=iso(NOON)),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_of_one_moment_though_a_worker_writes_between_its_queries(
    write: Write, ask: Questions, question: str
) -> None:
    for room in ("1", "2"):
        write(0, {"7": 100, "8": 50}, room)
        write(1, {"7": 150, "8": 60}, room)
    database, before = ask.records.database, QUESTIONS[question](ask)
    asked, minutes = [], iter(range(2, 1000))

    def among_writes(run: Callable[..., Any]) -> Callable[..., Any]:
        def ran(*args: Any, **values: Any) -> Any:
            found = run(*args, **values)
            asked.append(args)
            write(next(minutes), {"7": 1000 * len(asked), "9": 500}, "1")
            return found

        return ran

    with pytest.MonkeyPatch.context() as patch:
        for name in ("all", "each", "find"):
            patch.setattr(database, name, among_writes(getattr(database, name)))
        assert QUESTIONS[question](ask) == before
    assert len(asked) > 1
    assert QUESTIONS[question](ask) != before


@pytest.mark.parametrize("name", ["100%", "a_b", "c\\d", "\\", "!e"])
def test_a_search_finds_signs_that_stand_for_others_in_a_database(write: Write, ask: Questions, name: str) -> None:
    place = {"room_id": "1", "captured_at": iso(NOON), "polled_at": iso(NOON)}
    names = ["100%", "100 each", "a_b", "a-b", "c\\d", "cd", "\\", "!e", "e"]
    entries = [entry(rank, nickname=each, display_id=f"h{rank}", **place) for rank, each in enumerate(names, start=1)]
    write(0, {}, entries=entries)
    wanted = {each for each in names if name in each}
    assert {row.nickname for row in ask.search(name).rows} == wanted
