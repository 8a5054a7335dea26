"""Simulated answers have the documented shape and consistent values."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.model.kinds import ListKind
from rankcrawler.simulator.amount import crowd_text, gap_text, score_text
from rankcrawler.simulator.answer import audience_answer, list_answer, ranklist_answer
from rankcrawler.simulator.grade import TOP_LEVEL, grade_of
from rankcrawler.simulator.ranklist import RankList
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World

ROOM = "6994259511469247263"
NOON = 1_790_000_000_000
DOCUMENTED = Path(__file__).parent / "responses" / "documented-example" / "answer.json"


def ranklist(scenario: Scenario = Scenario.ORDINARY, room_id: str = ROOM) -> RankList:
    """The list of a room in that scenario."""
    found = World(1, {room_id: scenario}).rank_list(room_id, NOON)
    assert found is not None
    return found


def shape(value: Any) -> Any:
    """The keys and types at every level, in order; a list has the shape of its first item."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_an_answer_has_the_documented_shape() -> None:
    """At every level it has the keys, order and types of the gateway's own example."""
    assert shape(json.loads(ranklist_answer(ranklist()))) == shape(json.loads(DOCUMENTED.read_bytes()))


def test_a_row_is_as_large_as_a_real_one() -> None:
    """A row is about 4.7 KB, so a full list is about 470 KB."""
    listed = ranklist()
    assert 4_400 < len(ranklist_answer(listed)) / len(listed.rows) < 5_000


def test_an_answer_holds_the_list() -> None:
    """Its ids, ranks, scores, clock and audience are those of the world."""
    listed = ranklist()
    data = json.loads(ranklist_answer(listed))["data"]
    assert data["extra"]["now"] == NOON
    assert data["data"]["total"] == listed.audience
    assert [(entry["user"]["id_str"], entry["rank"], entry["score"]) for entry in data["data"]["ranks"]] == [
        (str(row.user.uid), row.rank, row.score) for row in listed.rows
    ]


def test_only_the_clock_and_the_audience_differ_between_gifts() -> None:
    """The same rows at a later moment give the same `ranks`."""
    listed = ranklist()
    later = RankList(listed.room_id, listed.now + 1, listed.audience + 1, listed.rows)
    before, after = json.loads(ranklist_answer(listed)), json.loads(ranklist_answer(later))
    assert before != after
    assert before["data"]["data"]["ranks"] == after["data"]["data"]["ranks"]


def test_fan_clubs_need_an_anchor_id() -> None:
    """Without it every club is blank; with it many contributors are members, but not all."""
    unnamed = json.loads(ranklist_answer(ranklist()))["data"]["data"]["ranks"]
    named = json.loads(ranklist_answer(ranklist(), 98204909466))["data"]["data"]["ranks"]
    clubs = [entry["user"]["fans_club"]["data"] for entry in named]
    members = [club for club in clubs if club["user_fans_club_status"] == 1]
    assert not any(entry["user"]["fans_club"]["data"]["club_name"] for entry in unnamed)
    assert 0 < len(members) < len(clubs)
    assert {club["anchor_id"] for club in members} == {98204909466}
    assert all(club["club_name"] and club["level"] for club in members)


def test_masked_rooms_show_what_real_ones_do() -> None:
    """Anonymised rows are user 111111 without a club, withheld rows have blank texts, and an empty room has `[]`."""
    anonymised = json.loads(ranklist_answer(ranklist(Scenario.ANONYMISED), 5))["data"]["data"]["ranks"]
    withheld = json.loads(ranklist_answer(ranklist(Scenario.WITHHELD)))["data"]["data"]["ranks"]
    texts = ("exactly_score", "score_description", "gap_description")
    assert {(entry["user"]["id"], entry["user"]["id_str"]) for entry in anonymised} == {(111111, "111111")}
    assert not any(entry["user"]["fans_club"]["data"]["club_name"] for entry in anonymised)
    assert {(entry["score"], *(entry[text] for text in texts)) for entry in withheld} == {(1, "", "", "")}
    assert json.loads(ranklist_answer(ranklist(Scenario.EMPTY)))["data"]["data"]["ranks"] == []


def test_an_audience_has_fewer_fields_in_each_row() -> None:
    """The envelope and the contributors are the same, and the rank list has all of the audience's fields."""
    listed = ranklist()
    audience, ranks = json.loads(audience_answer(listed)), json.loads(ranklist_answer(listed))
    assert audience.keys() == ranks.keys()
    for thin, whole in zip(audience["data"]["data"]["ranks"], ranks["data"]["data"]["ranks"], strict=True):
        assert thin["user"].keys() < whole["user"].keys()
        assert thin["user"]["id"] == whole["user"]["id"]
        assert thin["score"] == whole["score"]
    assert len(audience_answer(listed)) < len(ranklist_answer(listed)) / 3


@pytest.mark.parametrize("states_ranks", [True, False])
def test_a_kind_that_states_ranks_gets_the_rows_of_a_rank_list(states_ranks: bool) -> None:
    """Every other kind gets those of an audience."""
    listed, kind = ranklist(), ListKind("seats", capacity=100, scores_are_gifts=False, states_ranks=states_ranks)
    expected = ranklist_answer(listed, 5) if states_ranks else audience_answer(listed)
    assert list_answer(kind, listed, 5) == expected


@pytest.mark.parametrize(
    ("score", "text"),
    [(1, "1"), (1939, "1939"), (9999, "9999"), (10001, "1.0万"), (151_000, "15.1万"), (250_000_000, "2.5亿")],
)
def test_score_texts_are_rounded(score: int, text: str) -> None:
    """They are exact below ten thousand, and have one decimal of 万 or 亿 from there on."""
    assert score_text(score) == text


def test_audience_texts_are_rounded_down() -> None:
    """In the documented example, 39847 is 3万+."""
    assert [crowd_text(39847), crowd_text(843)] == ["3万+", "843"]


def test_gaps_are_plain_or_in_w() -> None:
    """The unit w starts at ten thousand."""
    assert [gap_text(1998), gap_text(9999), gap_text(151_499)] == ["1998", "9999", "15.1w"]


def test_a_grade_states_what_the_next_level_still_takes() -> None:
    """The three documented forms are a number, a number of w, and a blank text at the top."""
    assert grade_of(18_002).description == "距离26级还差1998抖币"
    assert grade_of(649_000).description == "距离40级还差15.1w抖币"
    top = grade_of(250_000_000)
    assert (top.level, top.maximum, top.description) == (TOP_LEVEL, 0, "")


@pytest.mark.parametrize("lifetime", [0, 1, 300, 4_676, 15_000, 19_999, 648_512, 59_999_999])
def test_lifetime_spend_can_be_computed_from_the_grade(lifetime: int) -> None:
    """It is the level's upper bound minus what is missing, exactly or within 500."""
    grade = grade_of(lifetime)
    found = re.fullmatch(r"距离\d+级还差([\d.]+)(w?)抖币", grade.description)
    assert found is not None
    missing = float(found[1]) * (10_000 if found[2] else 1)
    assert grade.minimum <= lifetime < grade.maximum
    assert abs(grade.maximum - missing - lifetime) <= (500 if found[2] else 0)
