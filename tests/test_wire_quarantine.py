"""A list of which some rows cannot be read: those are told, and the others kept."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rankcrawler.errors import AnswerError
from rankcrawler.model import rules
from rankcrawler.model.items import Quarantined, RoomSnapshot
from tests.builders import EXAMPLE, TARGET, body, row, taken


def five_rows() -> Any:
    """The documented example with five good rows."""
    answer = json.loads((EXAMPLE / "answer.json").read_text("utf-8"))
    first = answer["data"]["data"]["ranks"][0]
    rows = [first | {"rank": rank, "score": 1000 - rank, "delta": int(rank > 1)} for rank in range(1, 6)]
    ids = [{"id": 9000 + row["rank"], "id_str": str(9000 + row["rank"])} for row in rows]
    rows = [row | {"user": row["user"] | own} for row, own in zip(rows, ids, strict=True)]
    answer["data"]["data"]["ranks"] = rows
    return answer


def read(answer: Any) -> RoomSnapshot:
    return rules.flagged(taken(answer))


def test_a_list_of_good_rows_quarantines_none() -> None:
    snapshot = read(five_rows())
    assert (snapshot.entry_count, snapshot.quarantined, snapshot.flags) == (5, (), ())


@pytest.mark.parametrize("enveloped", [True, False])
def test_bad_rows_are_quarantined_with_their_paths_and_the_others_kept(enveloped: bool) -> None:
    answer = five_rows()
    rows = answer["data"]["data"]["ranks"]
    rows[1]["rank"] = "second"
    rows[3] = "not a row"
    root = "$.data.data.ranks" if enveloped else "$.data.ranks"
    snapshot = read(answer if enveloped else answer["data"])
    assert [entry.rank for entry in snapshot.entries] == [1, 3, 5]
    assert snapshot.entry_count == 3
    assert [row.position for row in snapshot.quarantined] == [2, 4]
    assert [row.path for row in snapshot.quarantined] == [f"{root}[1].rank", f"{root}[3]"]
    assert snapshot.quarantined[0] == Quarantined(2, f"{root}[1].rank", "Expected `int`, got `str`")


def test_what_is_missing_breaks_no_rule_but_that_the_list_is_partial() -> None:
    answer = five_rows()
    answer["data"]["data"]["ranks"][1]["score"] = -1
    snapshot = read(answer)
    assert snapshot.flags == ("partial",)
    assert {entry.flags for entry in snapshot.entries} == {("partial",)}


def test_a_partial_list_keeps_its_other_facts() -> None:
    whole, partial = five_rows(), five_rows()
    partial["data"]["data"]["ranks"][4]["user"] = None
    kept = read(partial)
    assert (kept.captured_at, kept.total, kept.user_count_desc) == (read(whole).captured_at, 39847, "3万+")
    assert kept.digest != read(whole).digest


def test_a_list_of_which_no_row_can_be_read_is_an_error_with_a_path() -> None:
    answer = five_rows()
    for ranked in answer["data"]["data"]["ranks"]:
        ranked["rank"] = -1
    with pytest.raises(AnswerError, match=r"at `\$\.data\.data\.ranks\[0\]\.rank`"):
        read(answer)


def test_what_is_wrong_outside_the_rows_is_an_error_of_the_whole_answer() -> None:
    answer = five_rows()
    answer["data"]["data"]["ranks"][0]["rank"] = "first"
    answer["data"]["data"]["total"] = "many"
    with pytest.raises(AnswerError):
        read(answer)


def test_the_answer_cannot_claim_a_quarantine_of_its_own() -> None:
    answer = five_rows() | {"quarantined": [{"position": 1, "path": "$", "reason": "claimed"}]}
    assert read(answer).quarantined == ()


@pytest.mark.parametrize("unread", [1.5e10, "many", -1, 2**64, True, [], {"low": 5}])
def test_a_row_whose_id_cannot_be_read_is_kept_by_its_text(unread: Any) -> None:
    ranks = [row(1), row(2, {"id": unread, "id_str": "6994259511469247263", "nickname": "乙"}, score=7)]
    snapshot = rules.flagged(taken(body(*ranks)))
    second = snapshot.entries[1]
    assert (second.user_id, second.nickname, second.score) == ("6994259511469247263", "乙", 7)
    assert (snapshot.flags, second.flags, snapshot.quarantined) == (("id_unreadable",), ("id_unreadable",), ())


@pytest.mark.parametrize("text", [None, "", "0", "someone", "1" * 21, 5.5])
def test_an_unreadable_id_without_a_good_text_is_quarantined(text: Any) -> None:
    snapshot = taken(body(row(1), row(2, {"id": "many", "id_str": text})))
    assert [unread.path for unread in snapshot.quarantined] == ["$.data.data.ranks[1].user.id"]


def test_an_unreadable_id_hides_nothing_else_that_is_wrong() -> None:
    ranks = [
        row(1),
        row(2, {"id": "many", "id_str": "7"}, score=-1),
        row(3, {"id": "many", "id_str": "7", "gender": -1}),
    ]
    snapshot = taken(body(*ranks))
    assert [unread.position for unread in snapshot.quarantined] == [2, 3]


def test_rows_without_a_contributor_are_not_one_contributor() -> None:
    ranks = [row(rank, delta=int(rank > 1), score=10 - rank) | {"user": None} for rank in (1, 2, 3)]
    snapshot = rules.flagged(taken(body(*ranks)))
    assert [(entry.rank, entry.score, entry.user_id) for entry in snapshot.entries] == [
        (1, 9, None),
        (2, 8, None),
        (3, 7, None),
    ]
    assert {entry.flags for entry in snapshot.entries} == {("user_missing",)}


@pytest.mark.parametrize("stated", [{"rank": 0}, {"rank": None}, {"rank": "0"}, {}])
def test_ranks_that_no_row_states_are_the_places(stated: dict[str, Any]) -> None:
    ranks = [{name: value for name, value in row(1).items() if name != "rank"} | stated for _ in range(3)]
    snapshot = taken(body(*ranks))
    assert ([entry.rank for entry in snapshot.entries], snapshot.flags) == ([1, 2, 3], ("rank_missing",))


@pytest.mark.parametrize("other", [0, None, "0"])
def test_a_rank_that_only_some_rows_lack_is_not_made_up(other: Any) -> None:
    snapshot = taken(body(row(1), row(other), row(3)))
    assert ([entry.rank for entry in snapshot.entries], snapshot.flags) == ([1, 3], ())
    assert [unread.path for unread in snapshot.quarantined] == ["$.data.data.ranks[1].rank"]


def test_a_list_of_another_kind_states_no_ranks_and_is_not_flagged_for_it() -> None:
    snapshot = taken(body(row(0), row(0)), replace(TARGET, kind="audience"))
    assert ([entry.rank for entry in snapshot.entries], snapshot.flags) == ([1, 2], ())


@pytest.mark.parametrize("others", [1, "1"])
def test_a_row_that_is_no_utf_8_is_quarantined_whatever_the_other_rows_are_like(others: Any) -> None:
    ranks = [row(1, score=others), row(2, user={"id": 6, "nickname": "HERE"}), row(3)]
    snapshot = taken(body(*ranks).replace(b"HERE", b"\xff"))
    assert [entry.rank for entry in snapshot.entries] == [1, 3]
    (unread,) = snapshot.quarantined
    assert (unread.position, unread.path) == (2, "$.data.data.ranks[1]")
    assert unread.reason.startswith("'utf-8' codec can't decode byte 0xff")
