"""Feeds: a row for each rank entry in every format, and nothing lost on the way."""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Field, Item
from scrapy.exporters import BaseItemExporter, CsvItemExporter, JsonItemExporter, JsonLinesItemExporter, XmlItemExporter

from rankcrawler import settings
from rankcrawler.feeds import exporters
from rankcrawler.feeds.address import with_format
from rankcrawler.feeds.exporters import RowsAsCsv, RowsAsJson, RowsAsJsonLines, RowsAsXml
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.builders import ROOM, entry, polled, snapshot

FIELDS = list(RankEntry.__struct_fields__)
TWO_ROOMS = [
    polled(snapshot([entry(1), entry(2)])),
    polled(snapshot([entry(1, room_id="2")], room_id="2")),
    polled(snapshot([])),
]
UNKNOWN = entry(3, score=None, nickname=None, fans_club_member=None, flags=("rank_gap", "user_repeated"))
Exporter = Callable[..., BaseItemExporter]
EXPORTERS: list[Exporter] = [RowsAsJsonLines, RowsAsJson, RowsAsCsv, RowsAsXml]

texts = st.none() | st.text()
numbers = st.none() | st.integers(0, 2**63 - 1)
truths = st.none() | st.booleans()
rules = st.lists(st.sampled_from(["rank_gap", "has_more"]), max_size=2, unique=True).map(tuple)
any_entry = st.builds(
    entry,
    rank=st.integers(1, 2**31),
    nickname=texts,
    fans_club_name=texts,
    exactly_score=texts,
    score=numbers,
    delta=numbers,
    fans_club_member=truths,
    is_hidden=truths,
    flags=rules,
)


def exported(exporter: Exporter, items: Iterable[Any], **options: Any) -> str:
    """What a feed of these items is, with the settings of the project."""
    file = BytesIO()
    writer = exporter(file, **{"encoding": settings.FEED_EXPORT_ENCODING} | options)
    writer.start_exporting()
    for item in items:
        writer.export_item(item)
    writer.finish_exporting()
    return file.getvalue().decode()


def json_lines(items: Iterable[Any], **options: Any) -> list[dict[str, Any]]:
    """The rows of a JSON Lines feed."""
    return [json.loads(line) for line in exported(RowsAsJsonLines, items, **options).splitlines()]


def csv_rows(items: Iterable[Any], **options: Any) -> list[dict[str, str]]:
    """The rows of a CSV feed."""
    return list(csv.DictReader(StringIO(exported(RowsAsCsv, items, **options), newline="")))


def xml_rows(items: Iterable[Any], **options: Any) -> list[dict[str, str | None]]:
    """The rows of an XML feed."""
    root = ElementTree.fromstring(exported(RowsAsXml, items, **options))  # noqa: S314 - our own
    return [{field.tag: field.text for field in row} for row in root]


def stock_json_lines(items: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows as Scrapy's own exporter writes them."""
    rows = [row for item in items for row in exporters.rows(item)]
    return [json.loads(line) for line in exported(JsonLinesItemExporter, rows).split("\n") if line]


def plain(row: RankEntry) -> dict[str, Any]:
    """A row as JSON has it."""
    fields: dict[str, Any] = json.loads(msgspec.json.encode(row))
    return fields


def test_json_lines_has_a_line_for_each_entry() -> None:
    assert json_lines(TWO_ROOMS) == [plain(entry(1)), plain(entry(2)), plain(entry(1, room_id="2"))]


def test_json_has_one_array_of_all_entries() -> None:
    assert json.loads(exported(RowsAsJson, TWO_ROOMS)) == json_lines(TWO_ROOMS)
    assert json.loads(exported(RowsAsJson, [])) == []


def test_csv_has_a_line_for_each_entry_below_a_header_of_all_fields() -> None:
    rows = csv_rows(TWO_ROOMS)
    assert [(row["room_id"], row["rank"], row["score"]) for row in rows] == [
        (ROOM, "1", "99900"), (ROOM, "2", "99800"), ("2", "1", "99900"),
    ]  # fmt: skip
    assert list(rows[0]) == FIELDS


def test_xml_has_an_element_for_each_entry() -> None:
    rows = xml_rows(TWO_ROOMS)
    assert [(row["room_id"], row["rank"]) for row in rows] == [
        (ROOM, "1"), (ROOM, "2"), ("2", "1"),
    ]  # fmt: skip
    assert list(rows[0]) == FIELDS


def test_what_is_unknown_is_null_or_blank_and_never_a_word() -> None:
    shown = [snapshot([UNKNOWN])]
    assert json_lines(shown)[0]["score"] is None
    assert json.loads(exported(RowsAsJson, shown))[0]["nickname"] is None
    assert [csv_rows(shown)[0][name] for name in ("score", "nickname", "fans_club_member")] == ["", "", ""]
    assert [xml_rows(shown)[0][name] for name in ("score", "nickname", "fans_club_member")] == [None, None, None]


def test_flags_are_a_list_where_the_format_has_lists() -> None:
    shown = [snapshot([UNKNOWN])]
    assert json_lines(shown)[0]["flags"] == ["rank_gap", "user_repeated"]
    assert csv_rows(shown)[0]["flags"] == "rank_gap,user_repeated"
    root = ElementTree.fromstring(exported(RowsAsXml, shown))  # noqa: S314 - our own
    assert [value.text for value in root.findall("item/flags/value")] == ["rank_gap", "user_repeated"]


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_chinese_is_not_escaped(exporter: Exporter) -> None:
    assert "别扔鸡蛋砸我" in exported(exporter, [snapshot([entry(nickname="别扔鸡蛋砸我")])])


def test_only_the_fields_asked_for_are_written_in_their_order() -> None:
    asked = {"fields_to_export": ["score", "rank"]}
    expected = [{"score": 99900, "rank": 1}, {"score": 99800, "rank": 2}]
    shown = [snapshot([entry(1), entry(2)])]
    assert json_lines(shown, **asked) == expected
    assert list(json_lines(shown, **asked)[0]) == ["score", "rank"]
    assert json.loads(exported(RowsAsJson, shown, **asked)) == expected
    assert exported(RowsAsCsv, shown, **asked) == "score,rank\r\n99900,1\r\n99800,2\r\n"
    assert xml_rows(shown, **asked) == [{"score": "99900", "rank": "1"}, {"score": "99800", "rank": "2"}]


def test_fields_can_be_renamed() -> None:
    asked = {"fields_to_export": {"rank": "place"}}
    assert json_lines([snapshot([entry(1)])], **asked) == [{"place": 1}]
    assert exported(RowsAsCsv, [], **asked) == "place\r\n"


@pytest.mark.parametrize("items", [[], [snapshot([])]], ids=["no-list", "empty-list"])
def test_an_empty_csv_feed_has_its_header(items: list[RoomSnapshot]) -> None:
    assert exported(RowsAsCsv, items) == ",".join(FIELDS) + "\r\n"
    assert exported(RowsAsCsv, items, fields_to_export=["rank"]) == "rank\r\n"
    assert exported(RowsAsCsv, items, include_headers_line=False) == ""


@pytest.mark.parametrize("items", [[], [snapshot([])]], ids=["no-list", "empty-list"])
def test_an_empty_feed_is_well_formed(items: list[RoomSnapshot]) -> None:
    assert exported(RowsAsJsonLines, items) == ""
    assert json.loads(exported(RowsAsJson, items)) == []
    assert xml_rows(items) == []


@given(st.lists(any_entry, max_size=3))
def test_the_fast_json_lines_say_what_scrapys_own_say(entries: list[RankEntry]) -> None:
    shown = [snapshot(entries)]
    fast = [json.loads(line) for line in exported(RowsAsJsonLines, shown).split("\n") if line]
    slow = [json.loads(line) for line in exported(RowsAsJsonLines, shown, fields_to_export=FIELDS).split("\n") if line]
    assert fast == slow == stock_json_lines(shown) == [plain(row) for row in entries]
    assert [list(row) for row in fast] == [FIELDS] * len(entries)


@given(any_entry)
def test_any_text_comes_back_from_csv(row: RankEntry) -> None:
    (read,) = csv_rows([snapshot([row])])
    assert read["nickname"].removeprefix("'") == (row.nickname or "")
    assert read["score"] == ("" if row.score is None else str(row.score))


@pytest.mark.parametrize("first", "=+-@\t\r\n'＝＋－＠")
def test_no_text_in_csv_begins_as_a_formula_and_one_mark_taken_off_gives_it_back(first: str) -> None:
    nickname = f"{first}cmd|' /C calc'!A0"
    (read,) = csv_rows([snapshot([entry(1, nickname=nickname)])])
    assert read["nickname"] == f"'{nickname}"


@given(any_entry)
def test_no_text_spoils_an_xml_feed(row: RankEntry) -> None:
    (read, other) = xml_rows([snapshot([row, entry(2)])])
    assert read["rank"] == str(row.rank)
    assert other["nickname"] == entry(2).nickname


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\x0b", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_replaced(unseen: str) -> None:
    assert xml_rows([snapshot([entry(nickname=f"a{unseen}<😀")])])[0]["nickname"] == "a\ufffd<😀"


def test_a_carriage_return_comes_back_from_xml() -> None:
    assert xml_rows([snapshot([entry(nickname="\ra\r\nb&\r")])])[0]["nickname"] == "\ra\r\nb&\r"


class Product(Item):
    """An item of another spider's."""

    name = Field()
    price = Field()


@dataclass
class Offer:
    """An item of another spider's."""

    name: str
    price: str


OTHERS = [{"name": "=a", "price": "-5"}, Product(name="=a", price="-5"), Offer("=a", "-5")]


@pytest.mark.parametrize("item", OTHERS, ids=lambda item: type(item).__name__)
def test_items_of_other_spiders_are_written_as_scrapy_writes_them(item: Any) -> None:
    assert exported(RowsAsJsonLines, [item]) == exported(JsonLinesItemExporter, [item])
    assert exported(RowsAsCsv, [item]) == exported(CsvItemExporter, [item])
    assert json.loads(exported(RowsAsJson, [item])) == json.loads(exported(JsonItemExporter, [item]))
    assert exported(RowsAsXml, [item]) == exported(XmlItemExporter, [item])


def test_what_the_options_of_json_ask_for_is_done_to_rows() -> None:
    shown = [snapshot([entry(nickname="中")])]
    for exporter in (RowsAsJsonLines, RowsAsJson):
        assert "\\u4e2d" in exported(exporter, shown, ensure_ascii=True)
        first, second = exported(exporter, shown, sort_keys=True).partition('"anchor_id"')[0::2]
        assert '"room_id"' not in first
        assert '"room_id"' in second


def test_a_list_that_cannot_be_encoded_leaves_the_array_well_formed() -> None:
    file = BytesIO()
    writer = RowsAsJson(file, encoding="utf-8")
    writer.start_exporting()
    with pytest.raises(TypeError):
        writer.export_rows([{"a": 1}, {"a": object()}])
    writer.export_rows([{"a": 2}])
    writer.finish_exporting()
    assert json.loads(file.getvalue()) == [{"a": 2}]


def test_without_an_encoding_json_lines_are_escaped_as_scrapy_does() -> None:
    shown = [snapshot([entry(nickname="中")])]
    assert "\\u4e2d" in exported(RowsAsJsonLines, shown, encoding=None)
    assert json_lines(shown, encoding=None) == json_lines(shown)


@pytest.mark.parametrize(
    ("output", "named"),
    [
        ("r.jsonl.gz", "r.jsonl.gz:jsonl"),
        ("/data/2026.10/r.csv.gz", "/data/2026.10/r.csv.gz:csv"),
        ("s3://bucket/r.xml.gz", "s3://bucket/r.xml.gz:xml"),
        ("r.jsonl.gz:csv", "r.jsonl.gz:csv"),
        ("r.jsonl", "r.jsonl"),
        ("r.gz", "r.gz"),
        (".gz", ".gz"),
        ("-:json", "-:json"),
    ],
)
def test_the_format_before_gz_is_named(output: str, named: str) -> None:
    assert with_format(output) == named
