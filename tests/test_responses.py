"""Recorded answers: each folder of tests/responses/ is one fact, as an answer and what comes of it.

`answer.json`, or `.txt` or `.bin` where it is no JSON, is the body; `asked.json`, where there is one, says what the
exchange had beside it: `status`, `headers`, `kind`, `anchor_id`. `expected.json` names fields of the item, and what
they are: of a snapshot always its number of rows, its flags and its quarantine, of a failed poll its verdict.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.parsed import parsed

RESPONSES = Path(__file__).parent / "responses"
FOLDERS = sorted(folder for folder in RESPONSES.iterdir() if folder.is_dir())
OF_A_SNAPSHOT = {"entry_count", "flags", "quarantined"}
OF_A_FAILURE = {"action", "reason"}


def read(file: Path) -> Any:
    """The JSON of a file; an empty object where there is no such file."""
    return json.loads(file.read_bytes()) if file.exists() else {}


def answer_of(folder: Path) -> bytes:
    """The body, as it came."""
    (file,) = folder.glob("answer.*")
    return file.read_bytes()


def outcome(folder: Path) -> Any:
    """The item that the spider makes of a folder's answer, as JSON."""
    asked = read(folder / "asked.json")
    headers = asked.pop("headers", {}).items()
    return json.loads(msgspec.json.encode(parsed(answer_of(folder), headers=headers, **asked)))


def told(made: Any, expected: Any) -> Any:
    """What is made, reduced to the fields that are expected; a list is whole."""
    if isinstance(made, dict) and isinstance(expected, dict):
        return {name: told(made.get(name, "no such field"), value) for name, value in expected.items()}
    if isinstance(made, list) and isinstance(expected, list) and len(made) == len(expected):
        return [told(*pair) for pair in zip(made, expected, strict=True)]
    return made


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_answer_comes_to_what_its_folder_says(folder: Path) -> None:
    expected = read(folder / "expected.json")
    assert told(outcome(folder), expected) == expected


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_lacks_no_piece_and_has_no_other(folder: Path) -> None:
    pieces = {file.name for file in folder.iterdir()} - {"asked.json", "expected.json"}
    expected = read(folder / "expected.json")
    assert len(pieces) == 1
    assert pieces <= {"answer.json", "answer.txt", "answer.bin"}
    assert read(folder / "asked.json").keys() <= {"status", "headers", "kind", "anchor_id"}
    assert expected.keys() >= (OF_A_FAILURE if "action" in expected else OF_A_SNAPSHOT)
    assert ("wait" in expected) == (expected.get("action") == "wait")


@pytest.mark.parametrize("file", sorted(RESPONSES.glob("*/answer.json")), ids=lambda file: file.parent.name)
def test_an_answer_that_is_called_json_is_json(file: Path) -> None:
    json.loads(file.read_text("utf-8-sig"))


def test_the_documented_example_expects_every_field() -> None:
    expected = read(RESPONSES / "documented-example" / "expected.json")
    assert set(RoomSnapshot.__struct_fields__) - expected.keys() == {"digest"}
    assert all(set(RankEntry.__struct_fields__) == row.keys() for row in expected["entries"])


def test_a_difference_in_any_field_that_is_expected_is_seen() -> None:
    made = {"a": 1, "rows": [{"b": 2, "c": 3}]}
    assert told(made, {"rows": [{"b": 2}]}) == {"rows": [{"b": 2}]}
    others: list[Any] = [{"a": 2}, {"rows": []}, {"rows": [{"b": 3}]}, {"rows": [{}, {}]}, {"z": None}]
    for other in others:
        assert told(made, other) != other
