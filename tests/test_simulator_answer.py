"""The simulated answer: the documented shape, filled consistently."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.simulator.amount import crowd_text, gap_text, score_text
from rankcrawler.simulator.answer import audience_answer, ranklist_answer
from rankcrawler.simulator.grade import TOP_LEVEL, grade_of
from rankcrawler.simulator.ranklist import RankList
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World

ROOM = "6994259511469247263"
NOON = 1_790_000_000_000
DOCUMENTED = Path(__file__).parent / "responses" / "documented-example" / "answer.json"


def ranklist(kind: Scenario = Scenario.ORDINARY, room_id: str = ROOM) -> RankList:
    """The list of a room of that kind."""
    found = World(1, {room_id: kind}).rank_list(room_id, NOON)
    assert found is not None
    return found


def shape(value: Any) -> Any:
    """The keys and types at every level, in their order; a list is judged by its first entry."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_an_answer_has_the_documented_shape() -> None:
    """Same keys, same order, same types at every level as the gateway's own example."""
    assert shape(json.loads(ranklist_answer(ranklist()))) == shape(json.loads(DOCUMENTED.read_bytes()))


def test_an_entry_weighs_what_a_real_one_does() -> None:
    """About 4.7 KB, so that a full list is about 470 KB."""
    listed = ranklist()
    assert 4_400 < len(ranklist_answer(listed)) / len(listed.rows) < 5_000


def test_an_answer_holds_the_list() -> None:
    """Ids, ranks, scores, clock and audience are the world's."""
    listed = ranklist()
    data = json.loads(ranklist_answer(listed))["data"]
    assert data["extra"]["now"] == NOON
    assert data["data"]["total"] == listed.audience
    assert [(entry["user"]["id_str"], entry["rank"], entry["score"]) for entry in data["data"]["ranks"]] == [
        (str(row.user.uid), row.rank, row.score) for row in listed.rows
    ]


def test_the_clock_and_the_audience_are_all_that_differs_between_gifts() -> None:
    """The same rows a moment later make the same `ranks`."""
    listed = ranklist()
    later = RankList(listed.room_id, listed.now + 1, listed.audience + 1, listed.rows)
    before, after = json.loads(ranklist_answer(listed)), json.loads(ranklist_answer(later))
    assert before != after
    assert before["data"]["data"]["ranks"] == after["data"]["data"]["ranks"]


def test_fans_clubs_are_told_only_of_a_named_anchor() -> None:
    """Without the anchor every club is blank; with it many contributors are members."""
    unnamed = json.loads(ranklist_answer(ranklist()))["data"]["data"]["ranks"]
    named = json.loads(ranklist_answer(ranklist(), 98204909466))["data"]["data"]["ranks"]
    clubs = [entry["user"]["fans_club"]["data"] for entry in named]
    members = [club for club in clubs if club["user_fans_club_status"] == 1]
    assert not any(entry["user"]["fans_club"]["data"]["club_name"] for entry in unnamed)
    assert 0 < len(members) < len(clubs)
    assert {club["anchor_id"] for club in members} == {98204909466}
    assert all(club["club_name"] and club["level"] for club in members)


def test_masked_rooms_show_what_real_ones_do() -> None:
    """Anonymised rows are 111111 in a club or out of it; withheld ones have blank words; empty has `[]`."""
    anonymised = json.loads(ranklist_answer(ranklist(Scenario.ANONYMISED), 5))["data"]["data"]["ranks"]
    withheld = json.loads(ranklist_answer(ranklist(Scenario.WITHHELD)))["data"]["data"]["ranks"]
    texts = ("exactly_score", "score_description", "gap_description")
    assert {(entry["user"]["id"], entry["user"]["id_str"]) for entry in anonymised} == {(111111, "111111")}
    assert not any(entry["user"]["fans_club"]["data"]["club_name"] for entry in anonymised)
    assert {(entry["score"], *(entry[text] for text in texts)) for entry in withheld} == {(1, "", "", "")}
    assert json.loads(ranklist_answer(ranklist(Scenario.EMPTY)))["data"]["data"]["ranks"] == []


def test_an_audience_says_less_of_each_entry() -> None:
    """The same envelope and people, and fields that all stand in the rank list too."""
    listed = ranklist()
    audience, ranks = json.loads(audience_answer(listed)), json.loads(ranklist_answer(listed))
    assert audience.keys() == ranks.keys()
    for thin, whole in zip(audience["data"]["data"]["ranks"], ranks["data"]["data"]["ranks"], strict=True):
        assert thin["user"].keys() < whole["user"].keys()
        assert thin["user"]["id"] == whole["user"]["id"]
        assert thin["score"] == whole["score"]
    assert len(audience_answer(listed)) < len(ranklist_answer(listed)) / 3


@pytest.mark.parametrize(
    ("score", "text"),
    [(1, "1"), (1939, "1939"), (9999, "9999"), (10001, "1.0万"), (151_000, "15.1万"), (250_000_000, "2.5亿")],
)
def test_scores_are_rounded_in_words(score: int, text: str) -> None:
    """Plain below ten thousand, one decimal of 万 or of 亿 above."""
    assert score_text(score) == text


def test_an_audience_is_rounded_down_in_words() -> None:
    """As 39847 is 3万+ in the example."""
    assert [crowd_text(39847), crowd_text(843)] == ["3万+", "843"]


def test_gaps_are_plain_or_in_w() -> None:
    """Ten thousand is where w begins."""
    assert [gap_text(1998), gap_text(9999), gap_text(151_499)] == ["1998", "9999", "15.1w"]


def test_a_grade_says_what_is_missing_to_the_next() -> None:
    """The three documented forms: a number, a number of w, nothing at the top."""
    assert grade_of(18_002).description == "距离26级还差1998抖币"
    assert grade_of(649_000).description == "距离40级还差15.1w抖币"
    top = grade_of(250_000_000)
    assert (top.level, top.maximum, top.description) == (TOP_LEVEL, 0, "")


@pytest.mark.parametrize("lifetime", [0, 1, 300, 4_676, 15_000, 19_999, 648_512, 59_999_999])
def test_lifetime_spend_can_be_worked_out_of_the_grade(lifetime: int) -> None:
    """It is the level's upper bound less what is missing, exactly or to 500."""
    grade = grade_of(lifetime)
    found = re.fullmatch(r"距离\d+级还差([\d.]+)(w?)抖币", grade.description)
    assert found is not None
    missing = float(found[1]) * (10_000 if found[2] else 1)
    assert grade.minimum <= lifetime < grade.maximum
    assert abs(grade.maximum - missing - lifetime) <= (500 if found[2] else 0)
