"""Each rule has a list that breaks it, and a good list breaks none."""

from typing import Any

import pytest

from rankcrawler import rules
from rankcrawler.items import RankEntry, RoomSnapshot
from tests.builders import body, entry, row, snapshot, taken


def flags(*entries: RankEntry, **changes: Any) -> list[tuple[str, ...]]:
    """The flags of a list of these rows, then those of each row."""
    judged = rules.judged(snapshot(entries, **changes))
    return [judged.flags, *(each.flags for each in judged.entries)]


def anonymous(rank: int, **changes: Any) -> RankEntry:
    """A masked row, whose delta does not match its score."""
    return entry(rank, user_id=None, is_anonymous=True, **{"delta": 77} | changes)


def withheld(rank: int) -> RankEntry:
    """A row whose score is not told."""
    return entry(rank, score=None, score_precision="withheld", delta=0)


@pytest.mark.parametrize("good", [snapshot(), snapshot([]), snapshot([entry()])], ids=["three", "none", "one"])
def test_a_good_list_breaks_no_rule_and_stays_itself(good: RoomSnapshot) -> None:
    assert rules.judged(good) is good


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
    judged = rules.judged(snapshot(rows))
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


def test_a_row_carries_the_flags_of_the_list_before_its_own() -> None:
    rows = entry(1), entry(3, delta=200)
    assert flags(*rows, has_more=True) == [("has_more", "rank_gap"), ("has_more",), ("has_more", "rank_gap")]


def test_the_list_names_each_broken_rule_once() -> None:
    rows = entry(2, delta=3), entry(1, user_id="7000002", score=99_999, delta=3)
    own = ("delta_mismatch", "rank_gap", "score_rises", "user_repeated")
    assert flags(*rows)[0] == own


def test_judging_twice_is_judging_once() -> None:
    once = rules.judged(snapshot([entry(3), entry(3)], has_more=True))
    assert rules.judged(once) == once


def test_nothing_but_flags_is_changed() -> None:
    broken = snapshot([entry(3), entry(3)])
    judged = rules.judged(broken)
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
    assert rules.judged(taken(answer)).flags == expected
