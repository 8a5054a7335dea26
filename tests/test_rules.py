"""Each rule has a list that breaks it, and a good list breaks none."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.clock import iso
from rankcrawler.model import clocks, rules
from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.builders import CAPTURED, POLLED_MS, body, entry, row, snapshot, taken


def flags(*entries: RankEntry, **changes: Any) -> list[tuple[str, ...]]:
    """The flags of a list of these rows, then those of each row."""
    judged = rules.flagged(snapshot(entries, **changes))
    return [judged.flags, *(each.flags for each in judged.entries)]


def anonymous(rank: int, **changes: Any) -> RankEntry:
    """A masked row, whose delta does not match its score."""
    return entry(rank, user_id=None, is_anonymous=True, **{"delta": 77} | changes)


def withheld(rank: int) -> RankEntry:
    """A row whose score is not told."""
    return entry(rank, score=None, score_precision="withheld", delta=0)


@pytest.mark.parametrize("good", [snapshot(), snapshot([]), snapshot([entry()])], ids=["three", "none", "one"])
def test_a_good_list_breaks_no_rule_and_stays_itself(good: RoomSnapshot) -> None:
    assert rules.flagged(good) is good


def test_a_missing_rank_is_a_gap_from_there_on() -> None:
    rows = entry(1), entry(3, delta=200), entry(4)
    assert flags(*rows) == [("rank_gap",), (), ("rank_gap",), ("rank_gap",)]


def test_a_repeated_rank_is_a_gap() -> None:
    assert flags(entry(1), entry(1, user_id="5"))[2] == ("rank_gap",)


def test_a_list_that_does_not_begin_at_one_has_a_gap() -> None:
    assert flags(entry(2, delta=0)) == [("rank_gap",), ("rank_gap",)]


def test_more_coins_than_the_row_above_rise() -> None:
    assert flags(entry(1, score=10), entry(2, score=11, delta=None)) == [("score_rises",), (), ("score_rises",)]


def test_as_many_coins_as_the_row_above_do_not_rise() -> None:
    assert flags(entry(1, score=10), entry(2, score=10, delta=0)) == [(), (), ()]


def test_a_delta_that_is_not_the_gap_is_a_mismatch_and_overwrites_nothing() -> None:
    rows = entry(1, score=10), entry(2, score=4, delta=5)
    judged = rules.flagged(snapshot(rows))
    assert [each.flags for each in judged.entries] == [(), ("delta_mismatch",)]
    assert (judged.entries[1].score, judged.entries[1].delta) == (4, 5)


def test_a_delta_at_the_top_is_a_mismatch() -> None:
    assert flags(entry(1, delta=1)) == [("delta_mismatch",), ("delta_mismatch",)]


def test_an_unknown_delta_or_score_is_no_mismatch() -> None:
    assert flags(entry(1, delta=None), entry(2, delta=None), withheld(3), entry(4, delta=7)) == [()] + [()] * 4


def test_a_user_who_stands_in_the_list_twice_is_repeated() -> None:
    rows = entry(1, user_id="5"), entry(2, user_id="6"), entry(3, user_id="5")
    assert flags(*rows) == [("user_repeated",), (), (), ("user_repeated",)]


def test_unknown_users_are_not_one_user_repeated() -> None:
    assert flags(entry(1, user_id=None), entry(2, user_id=None)) == [(), (), ()]


def test_a_list_of_masked_rows_is_an_anonymous_room_and_nothing_worse() -> None:
    assert flags(anonymous(1), anonymous(2)) == [("anonymous_room",)] * 3


def test_one_masked_row_does_not_make_an_anonymous_room() -> None:
    assert flags(entry(1), anonymous(2)) == [(), (), ()]


def test_a_list_without_scores_is_withheld() -> None:
    assert flags(withheld(1), withheld(2)) == [("scores_withheld",)] * 3


def test_one_score_that_is_told_makes_a_list_not_withheld() -> None:
    assert flags(entry(1), withheld(2)) == [(), (), ()]


def test_a_list_that_goes_on_is_flagged_even_where_it_is_empty() -> None:
    assert flags(entry(1), has_more=True) == [("has_more",)] * 2
    assert flags(has_more=True) == [("has_more",)]
    assert flags(entry(1), has_more=None) == [(), ()]


@pytest.mark.parametrize(
    ("captured_at", "is_flagged"),
    [
        ("2021-09-17T01:00:00.000Z", False),
        ("2021-09-17T01:49:40.000Z", False),
        ("2021-09-17T01:49:40.001Z", True),
        ("2999-01-01T00:00:00.000Z", True),
    ],
    ids=["past", "five-minutes", "a-millisecond-more", "far"],
)
def test_a_clock_over_five_minutes_ahead_is_in_the_future(captured_at: str, is_flagged: bool) -> None:
    assert flags(captured_at=captured_at) == [("captured_in_future",) if is_flagged else ()]


@pytest.mark.parametrize(
    ("captured_at", "is_flagged"),
    [
        ("2021-09-17T00:44:40.000Z", False),
        ("2021-09-17T00:44:39.999Z", True),
        ("1970-01-19T21:17:23.079Z", True),
        ("1970-01-01T00:00:00.000Z", True),
        ("1969-12-31T23:59:59.999Z", True),
        ("0001-01-01T00:00:00.000Z", True),
    ],
    ids=["an-hour", "a-millisecond-more", "in-seconds", "zero", "negative", "first"],
)
def test_a_clock_over_an_hour_behind_is_in_the_past(captured_at: str, is_flagged: bool) -> None:
    assert flags(captured_at=captured_at) == [("captured_in_past",) if is_flagged else ()]


def test_what_the_reading_of_a_list_has_flagged_stays_and_nothing_else_does() -> None:
    rows = entry(1, flags=("id_mismatch", "rank_gap")), entry(2, flags=("user_missing",)), entry(3)
    assert flags(*rows, flags=("rank_missing", "has_more")) == [
        ("rank_missing", "id_mismatch", "user_missing"),
        ("rank_missing", "id_mismatch"),
        ("rank_missing", "user_missing"),
        ("rank_missing",),
    ]


def test_the_table_lists_the_flags_of_reading_and_of_clocks() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", rules.__doc__ or "", re.MULTILINE))
    assert {*rules.OF_READING, *rules.OF_READING_ROWS, clocks.IN_FUTURE, clocks.IN_PAST} <= listed


def test_a_row_carries_the_flags_of_the_list_before_its_own() -> None:
    rows = entry(1), entry(3, delta=200)
    assert flags(*rows, has_more=True) == [("has_more", "rank_gap"), ("has_more",), ("has_more", "rank_gap")]


def test_the_list_names_each_broken_rule_once() -> None:
    rows = entry(2, delta=3), entry(1, user_id="7000002", score=99_999, delta=3)
    own = ("delta_mismatch", "rank_gap", "score_rises", "user_repeated")
    assert flags(*rows)[0] == own


def test_judging_twice_is_judging_once() -> None:
    once = rules.flagged(snapshot([entry(3), entry(3)], has_more=True))
    assert rules.flagged(once) == once


def test_nothing_but_flags_is_changed() -> None:
    broken = snapshot([entry(3), entry(3)])
    judged = rules.flagged(broken)
    rows = [(each.rank, each.score, each.delta, each.user_id) for each in judged.entries]
    assert rows == [(each.rank, each.score, each.delta, each.user_id) for each in broken.entries]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (body(row(1, delta=0), row(2, user={"id": 6}, delta=0)), ()),
        (body(row(1, {"id": 111111}), row(2, {"id": 111111}, delta=9)), ("anonymous_room",)),
        (body(row(1, score=1), row(2, {"id": 6}, score=1)), ("scores_withheld",)),
        (body(row(1, score=1), row(2, score=1), has_more=1), ("scores_withheld", "has_more", "user_repeated")),
    ],
)
def test_the_rules_hold_for_lists_off_the_wire(answer: bytes, expected: tuple[str, ...]) -> None:
    assert rules.flagged(taken(answer)).flags == expected


FUTURE = "2021-09-17T01:49:40.001Z"
OF_ROWS = ("delta_mismatch", "rank_gap", "score_rises", "user_repeated")


class Violated(NamedTuple):
    """A list, and the flags that its rows and it have to get."""

    listed: RoomSnapshot
    of_rows: list[set[str]]
    of_list: set[str]


@st.composite
def violations(draw: st.DrawFn) -> Violated:
    """A good list of up to a dozen rows, into which known violations are put and no others."""
    rows: list[RankEntry] = []
    expected: list[set[str]] = []
    for rank in range(1, draw(st.integers(0, 12)) + 1):
        broken = draw(st.sets(st.sampled_from(OF_ROWS if rows else OF_ROWS[:2])))
        rows.append(_broken_row(draw, rank, rows, broken))
        expected.append(broken)
    changes, of_list = _broken_list(draw)
    return Violated(snapshot(rows, **changes), [own | of_list for own in expected], of_list)


def _broken_row(draw: st.DrawFn, rank: int, rows: list[RankEntry], broken: set[str]) -> RankEntry:
    above = rows[-1].score if rows else 10**12
    assert above is not None
    step = draw(st.integers(1, 999)) if "score_rises" in broken else -draw(st.integers(0, 999)) * bool(rows)
    delta = -step if step <= 0 else None
    if "delta_mismatch" in broken:
        delta = draw(st.integers(0, 2000).filter(lambda wrong: wrong != -step))
    changes: dict[str, Any] = {"rank": rank, "user_id": str(rank), "score": above + step, "delta": delta}
    if "rank_gap" in broken:
        changes["rank"] = draw(st.integers(1, 50).filter(lambda wrong: wrong != rank))
    if "user_repeated" in broken:
        changes["user_id"] = draw(st.sampled_from([row.user_id for row in rows]))
    return entry(**changes)


def _broken_list(draw: st.DrawFn) -> tuple[dict[str, Any], set[str]]:
    unread = (Quarantined(50, "$.data.data.ranks[49]", "why"),)
    ways: dict[str, dict[str, Any]] = {
        "has_more": {"has_more": True},
        "captured_in_future": {"captured_at": FUTURE},
        "partial": {"quarantined": unread},
    }
    broken = draw(st.sets(st.sampled_from(sorted(ways))))
    return {key: value for flag in broken for key, value in ways[flag].items()}, broken


@given(violations())
def test_every_violation_put_in_is_flagged_on_its_row_and_nothing_else_is(made: Violated) -> None:
    judged = rules.flagged(made.listed, rules.Earlier())
    assert [set(each.flags) for each in judged.entries] == made.of_rows
    assert set(judged.flags) == made.of_list.union(*made.of_rows)
    assert len(judged.flags) == len(set(judged.flags))
    assert [each.rank for each in judged.entries] == [each.rank for each in made.listed.entries]


class Seen(NamedTuple):
    """One poll: which room, which list it got, and what the list's clock said."""

    room: int
    listed: int
    clock: int


polls = st.lists(st.builds(Seen, st.integers(0, 3), st.integers(0, 4), st.integers(0, 9)), max_size=20)


def flags_over_time(history: list[Seen], earlier: rules.Earlier) -> Iterator[set[str]]:
    """The flags of each poll's list as a run sets them."""
    for seen in history:
        clock = iso(POLLED_MS + seen.clock)
        listed = snapshot(room_id=str(seen.room), digest=str(seen.listed), captured_at=clock)
        yield set(rules.flagged(listed, earlier).flags)


@given(polls)
def test_what_only_several_lists_can_show_is_flagged_exactly(history: list[Seen]) -> None:
    flagged = list(flags_over_time(history, rules.Earlier()))
    for at, seen in enumerate(history):
        before = history[:at]
        backwards = any(each.room == seen.room and each.clock > seen.clock for each in before)
        of_two = any(each.listed == seen.listed and each.room != seen.room for each in before)
        stands_still = seen.clock == max((each.clock for each in before if each.room == seen.room), default=None)
        rules_broken = {
            "captured_backwards": backwards,
            "list_of_two_rooms": of_two,
            "clock_stands_still": stands_still,
        }
        assert flagged[at] == {flag for flag, is_broken in rules_broken.items() if is_broken}


@pytest.mark.parametrize("wrong", ["2100-01-01T00:00:00.000Z", "1970-01-19T21:17:23.079Z"])
def test_a_wrong_clock_makes_no_other_list_go_backwards_and_does_not_itself(wrong: str) -> None:
    earlier = rules.Earlier()
    found = [rules.flagged(snapshot(captured_at=clock), earlier).flags for clock in (CAPTURED, wrong, CAPTURED)]
    assert [flags for flags in found if "captured_backwards" in flags] == []


def test_the_same_list_of_another_gateway_or_kind_is_another_list() -> None:
    earlier = rules.Earlier()
    others: list[dict[str, Any]] = [{}, {"source": "other.test"}, {"kind": "audience"}]
    for number, changes in enumerate(others):
        assert rules.flagged(snapshot(room_id=str(number), **changes), earlier).flags == ()


@pytest.mark.parametrize("rows", [[], [anonymous(1), anonymous(2)]], ids=["empty", "masked"])
def test_lists_of_nobody_are_not_the_same_list(rows: list[RankEntry]) -> None:
    earlier = rules.Earlier()
    found = [rules.flagged(snapshot(rows, room_id=room), earlier).flags for room in "12"]
    assert "list_of_two_rooms" not in {flag for flags in found for flag in flags}


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first() -> None:
    earlier = rules.Earlier(remembered=2)
    history = [Seen(1, 1, 5), Seen(2, 2, 5), Seen(3, 3, 5), Seen(1, 3, 4), Seen(1, 1, 3)]
    assert list(flags_over_time(history, earlier)) == [
        set(), set(), set(), {"list_of_two_rooms"}, {"captured_backwards"},
    ]  # fmt: skip


def test_memory_of_a_long_run_is_bounded() -> None:
    earlier = rules.Earlier(remembered=100)
    for room in range(1000):
        rules.flagged(snapshot(room_id=str(room), digest=str(room)), earlier)
    assert (len(earlier._clocks), len(earlier._rooms)) == (100, 100)
