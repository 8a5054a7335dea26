"""Texts that are JSON are read, others are refused; and nothing that anybody can think of does harm."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.model.items import FailedPoll, RoomSnapshot
from tests import conformance
from tests.builders import example
from tests.conformance import ALL, EITHER, NO_UTF_8, PLACES, REFUSED, TAKEN, embedded
from tests.mutations import kept_paths, replaced
from tests.parsed import parsed
from tests.torture.answers import run

IN_A_ROW = ["score", "nickname", "user", "row"]
PATHS = list(kept_paths(example()))

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4),
    max_leaves=12,
)


def of(text: bytes, place: str) -> RoomSnapshot | FailedPoll:
    """What comes of the answer that has a text in a place."""
    return parsed(embedded(text, place))


def is_no_json(outcome: RoomSnapshot | FailedPoll) -> bool:
    """Whether an answer was refused for not being JSON."""
    return isinstance(outcome, FailedPoll) and outcome.reason.startswith("unreadable answer") and (
        "not JSON: " in outcome.reason
    )  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_json_is_taken(name: str) -> None:
    outcome = of(TAKEN[name], "unknown")
    assert isinstance(outcome, RoomSnapshot)
    assert (outcome.entry_count, outcome.quarantined) == (1, ())
    assert not is_no_json(parsed(TAKEN[name]))


@pytest.mark.parametrize("name", [name for name, text in TAKEN.items() if text[:1] == b'"'])
def test_a_text_is_read_as_it_is_meant_with_half_emojis_replaced(name: str) -> None:
    outcome = of(TAKEN[name], "nickname")
    assert isinstance(outcome, RoomSnapshot)
    meant = json.loads(TAKEN[name]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert outcome.entries[1].nickname == (meant or None)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_json_is_refused_wherever_it_stands(name: str) -> None:
    assert isinstance(parsed(REFUSED[name]), FailedPoll)
    assert all(isinstance(of(REFUSED[name], place), FailedPoll) for place in PLACES)
    assert all(is_no_json(of(REFUSED[name], place)) for place in ["unknown", *IN_A_ROW])
    assert {of(REFUSED[name], place).action for place in ("msg", "data")} == {"retry"}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NO_UTF_8)
def test_what_is_no_utf_8_costs_its_row_alone(name: str) -> None:
    outcome = of(NO_UTF_8[name], "nickname")
    assert isinstance(outcome, RoomSnapshot)
    assert (outcome.entry_count, outcome.quarantined[0].path) == (1, "$.data.data.ranks[1]")
    assert "codec can't decode" in outcome.quarantined[0].reason


@pytest.mark.parametrize("name", EITHER)
def test_what_nobody_can_hold_is_no_score(name: str) -> None:
    outcome = of(EITHER[name], "score")
    assert isinstance(outcome, FailedPoll) or outcome.quarantined[0].path == "$.data.data.ranks[1].score"


def test_the_conformance_set_is_large_and_says_nothing_twice() -> None:
    assert len(ALL) == len(TAKEN) + len(REFUSED) + len(NO_UTF_8) + len(EITHER) == len({*ALL.values()}) > 250
    assert len({text for _, text in conformance.inputs()}) == len(ALL) * (1 + len(PLACES))


@given(st.binary(max_size=200))
def test_any_bytes_come_to_a_reason(body: bytes) -> None:
    result = run([("bytes", body)])
    assert (result.violations, result.refused) == ([], 1)


@given(anything)
def test_any_json_comes_to_a_list_or_to_a_reason(value: Any) -> None:
    assert run([("json", json.dumps(value).encode())]).violations == []


@given(st.sampled_from(PATHS), anything)
def test_any_json_in_any_place_comes_to_a_list_or_to_a_reason(path: tuple[str | int, ...], value: Any) -> None:
    assert run([("json", replaced(path, json.dumps(value).encode()))]).violations == []
