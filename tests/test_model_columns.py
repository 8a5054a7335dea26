"""What is derived from the declaration of a row, and what the declaration must say."""

from typing import Annotated, Any

import msgspec
import pytest

from rankcrawler.model import columns
from rankcrawler.model.columns import Group, Personal, column
from rankcrawler.model.rows import COLUMNS, RankEntry
from tests.builders import entry

BY_NAME = {each.name: each for each in COLUMNS}


def test_a_column_knows_its_place_and_type() -> None:
    assert [each.name for each in COLUMNS] == list(RankEntry.__struct_fields__)
    assert [each.position for each in COLUMNS] == list(range(len(COLUMNS)))
    score, flags, precision = BY_NAME["score"], BY_NAME["flags"], BY_NAME["score_precision"]
    assert (score.type, score.is_nullable, score.unit) == (int, True, "coins")
    assert (flags.type, flags.is_nullable) == (tuple, False)
    assert (precision.type, precision.choices) == (str, ("exact", "rounded", "withheld"))


@pytest.mark.parametrize("each", COLUMNS, ids=lambda each: each.name)
def test_a_text_says_whether_it_identifies_a_person(each: columns.Column) -> None:
    assert each.type not in (str, tuple) or each.personal is not None


@pytest.mark.parametrize("each", COLUMNS, ids=lambda each: each.name)
def test_a_column_is_described_in_both_languages(each: columns.Column) -> None:
    assert each.description.endswith(".")
    assert each.chinese


def test_the_columns_that_identify_a_person() -> None:
    personal = {each.name: each.personal for each in COLUMNS if each.personal not in (None, Personal.NO)}
    assert personal == {
        "user_id": Personal.ID,
        "display_id": Personal.ID,
        "sec_uid": Personal.ID,
        "nickname": Personal.NAME,
        "avatar_url": Personal.LEFT_OUT,
    }


@pytest.mark.parametrize("names", [["rank", "score"], ["rank", "nickname", "flags"], ["flags"]])
def test_a_picker_takes_the_values_of_its_columns(names: list[str]) -> None:
    chosen = [BY_NAME[name] for name in names]
    row: tuple[Any, ...] = tuple(each.name for each in COLUMNS)
    assert columns.picker(chosen)(row) == tuple(names)
    assert columns.picker(chosen, chosen[::-1])(tuple(reversed(names))) == tuple(names)


@pytest.mark.parametrize("names", [["rank", "score"], ["rank", "nickname", "flags"], ["flags"]])
def test_a_getter_takes_the_values_of_its_columns_from_a_struct(names: list[str]) -> None:
    one = entry(3, score=7, nickname="n")
    found = columns.getter([BY_NAME[name] for name in names])(one)
    assert found == tuple({"rank": 3, "score": 7, "nickname": "n", "flags": ()}[name] for name in names)


def test_another_declaration_has_other_columns() -> None:
    class Wider(RankEntry, frozen=True, kw_only=True):
        signature: Annotated[str | None, column("Words.", "签名", group=Group.PROFILE, personal=Personal.ID)] = None

    wider = columns.of(Wider)
    assert {each.name for each in wider} - {each.name for each in COLUMNS} == {"signature"}
    assert [each.name for each in columns.in_groups(wider, Group.PROFILE) if each.name not in BY_NAME] == ["signature"]


def test_the_json_schema_of_a_row_has_descriptions_and_units() -> None:
    properties = msgspec.json.schema(RankEntry)["$defs"]["RankEntry"]["properties"]
    assert properties["score"]["x-unit"] == "coins"
    assert all(each["description"] for each in properties.values())
