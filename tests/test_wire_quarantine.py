"""A list of which some rows cannot be read: those are told, and the others kept."""

import json
from typing import Any

import pytest

from rankcrawler.errors import AnswerError
from rankcrawler.model import rules
from rankcrawler.model.items import Quarantined, RoomSnapshot
from tests.builders import EXAMPLE, body, row, taken


def five_rows() -> Any:
    """The documented example with five good rows."""
    answer = json.loads((EXAMPLE / "answer.json").read_text("utf-8"))
    first = answer["data"]["data"]["ranks"][0]
    rows = [first | {"rank": rank, "score": 1000 - rank, "delta": int(rank > 1)} for rank in range(1, 6)]
    rows = [row | {"user": row["user"] | {"id_str": str(9000 + row["rank"])}} for row in rows]
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
        ranked["rank"] = 0
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


@pytest.mark.parametrize("others", [1, "1"])
def test_a_row_that_is_no_utf_8_is_quarantined_whatever_the_other_rows_are_like(others: Any) -> None:
    ranks = [row(1, score=others), row(2, user={"id": 6, "nickname": "HERE"}), row(3)]
    snapshot = taken(body(*ranks).replace(b"HERE", b"\xff"))
    assert [entry.rank for entry in snapshot.entries] == [1, 3]
    (unread,) = snapshot.quarantined
    assert (unread.position, unread.path) == (2, "$.data.data.ranks[1]")
    assert unread.reason.startswith("'utf-8' codec can't decode byte 0xff")
