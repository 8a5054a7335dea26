"""What an export has: which lists, in which form, and how Excel takes it."""

import csv
import itertools
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree
from zoneinfo import ZoneInfo

import pytest
from pyarrow import parquet  # type: ignore[import-untyped]

from benchmarks import export as cost
from benchmarks.store import Site
from rankcrawler.clock import iso
from rankcrawler.commands.store import fields, formats
from rankcrawler.commands.store.workbook import Workbook
from rankcrawler.errors import SettingError
from rankcrawler.feeds.exporters import RowsAsCsv
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import list_choice, locate
from rankcrawler.store.contract import Records
from tests import stores
from tests.builders import entry, polled, snapshot
from tests.gateways import Finished, environment, run
from tests.postgresql import PostgresServer
from tests.reading import rows

NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z, which is 20:00 in Beijing."""
BEIJING = ZoneInfo("Asia/Shanghai")
LARGE = "9223372036854775807"
SCORES = {0: 10, 1: 10, 2: 10, 4: 25, 5: 25, 12: 30, 61: 31}
"""Of a room's first, by the minute of the poll: three lists are as the one before."""


def listed(minute: int, room_id: str = "1", **facts: Any) -> RoomSnapshot:
    at = iso(NOON + minute * 60_000)
    place: dict[str, Any] = {"room_id": room_id, "captured_at": at, "polled_at": at}
    row = entry(1, score=SCORES[minute], user_id=LARGE, **(place | facts))
    return snapshot([row], digest=f"{SCORES[minute]:032x}", **place)


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with seven polls of one room, and one of another."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str) -> None:
    """Write the lists of two rooms."""
    store = locate.open_records(address, create=True)
    store.write([polled(listed(minute)) for minute in SCORES])
    store.write([polled(listed(0, "2"))])
    store.close()


@pytest.fixture
def store(where: str) -> Iterator[Records]:
    opened = locate.open_records(where)
    yield opened
    opened.close()


def minutes(found: Iterator[RoomSnapshot]) -> list[int]:
    starts = {iso(NOON + minute * 60_000): minute for minute in SCORES}
    return [starts[each.captured_at] for each in found]


EVER = ("2026-01-01", "2027-01-01")


def test_lists_are_those_that_changed_or_of_every_poll_or_one_for_each_time(store: Records) -> None:
    assert minutes(store.lists("1", *EVER)) == [0, 4, 12, 61]
    every_poll = list(store.lists("1", *EVER, which=list_choice.EVERY_POLL))
    assert minutes(iter(every_poll)) == list(SCORES)
    assert [each.entries[0].score for each in every_poll] == list(SCORES.values())
    assert [each.entries[0].captured_at for each in every_poll] == [each.captured_at for each in every_poll]
    of_five = list_choice.Lists(5 * 60_000, NOON % (5 * 60_000))
    assert minutes(store.lists("1", *EVER, which=of_five)) == [4, 5, 12, 61]
    assert minutes(store.lists("1", iso(NOON + 60_000), iso(NOON + 240_000), which=list_choice.EVERY_POLL)) == [1, 2]
    assert (store.polled(*EVER), store.polled(*EVER, room_id="2"), store.polled(*EVER, kind="audience")) == (8, 1, 0)


def test_more_lists_than_are_read_at_once_come_in_order(tmp_path: Path) -> None:
    store = locate.open_records(f"sqlite:///{tmp_path}/ranks.db", create=True)
    times = [iso(NOON + 1000 * number) for number in range(1203)]
    lists = [
        snapshot([], digest=f"{n:032x}", room_id="1", captured_at=each, polled_at=each) for n, each in enumerate(times)
    ]
    store.write([polled(each) for each in lists])
    assert [each.captured_at for each in store.lists("1", *EVER)] == times
    store.close()


def export(where: str, folder: Path, name: str, *words: str, room: str = "1") -> Finished:
    env = environment(None, folder, {"STORE_URL": where})
    return run("store", "export", "--room", room, "--to", str(folder / name), *words, env=env)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_rows_have_the_session_of_their_room_where_columns_name_it(where: str, store: Records, tmp_path: Path) -> None:
    begun = SessionChange("gateway.test", "uid=98204909466", "1", 1, NOON, "look", title="晚安", nickname="主播")
    store.note([begun, begun._replace(fence=2, ended_ms=NOON + 3_600_000, ended_by="looks")])
    names = ("anchor", "anchor_name", "session_title", "session_begun_at", "session_ended_at")
    done = export(where, tmp_path, "rows.csv", "--columns", f"room_id,{','.join(names)}", room="1,2")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        found = {tuple(row[name] for name in ("room_id", *names)) for row in csv.DictReader(file)}
    session = ("uid=98204909466", "主播", "晚安", "2026-11-23T12:00:00.000Z", "2026-11-23T13:00:00.000Z")
    assert found == {("1", *session), ("2", "", "", "", "", "")}


@pytest.mark.parametrize(
    ("words", "scores", "said"),
    [
        ([], [10, 25, 30, 31], "of 4 lists, those that changed"),
        (["--every-poll"], list(SCORES.values()), "of 7 lists, one for every poll that brought a list"),
        (["--every", "1h"], [30, 31], "of 2 lists, one for every 3,600 s in which the room was polled"),
        (["--last"], [31], "of 1 lists, the last of each room"),
        (["--until", "2026-11-23T20:10", "--last"], [25], "of 1 lists, the last of each room"),
        (["--since", "2026-11-24", "--last"], [], "of 0 lists, the last of each room"),
        (["--since", "2026-11-23T20:05"], [30, 31], "of 2 lists, those that changed"),
        (["--since", "2026-11-23T20:05", "--every-poll"], [25, 30, 31], "of 3 lists, one for every poll"),
    ],
)
def test_an_export_says_which_lists_it_has(
    where: str, tmp_path: Path, words: list[str], scores: list[int], said: str
) -> None:
    done = export(where, tmp_path, "r.jsonl", *words)
    assert said in done.stdout, done.stderr
    assert [row["score"] for row in lines(tmp_path / "r.jsonl")] == scores


def test_a_summary_has_what_each_contributor_gave_in_each_room(where: str, tmp_path: Path) -> None:
    done = export(where, tmp_path, "r.csv", "--summary", "--lang", "zh", room="all")
    assert f"1 rows in {tmp_path / 'r.csv'}, of contributors and rooms" in done.stdout, done.stderr
    [header, row] = list(csv.reader((tmp_path / "r.csv").read_text("utf-8").splitlines()))
    assert header[:4] == ["网关", "直播间 ID", "贡献者的 uid", "昵称"]
    assert header[4:6] == ["期间至少送出的音浪", "期间至多送出的音浪"]
    assert row[:3] + row[4:8] == ["gateway.test", "1", LARGE, "21", "21", "10", "31"]
    assert header[9:] == ["榜单看不到的比例", "未上榜者至多送出的音浪"]
    assert row[9:] == ["0.0", "0"]


def test_the_share_that_lists_do_not_show_is_a_number_in_every_format() -> None:
    table = fields.Table([each for each in fields.SUMMARY if each.name in ("coins", "unseen")])
    files = {ending: BytesIO() for ending in formats.FORMATS}
    for ending, file in files.items():
        sink = formats.sink(ending, file, table)
        assert sink.write([(21, 0.25), (7, None)]) == 2
        sink.close()
    assert files[".csv"].getvalue().decode() == "coins,unseen\r\n21,0.25\r\n7,\r\n"
    assert json.loads(files[".jsonl"].getvalue().splitlines()[0]) == {"coins": 21, "unseen": 0.25}
    assert parquet.read_table(files[".parquet"]).column("unseen").to_pylist() == [0.25, None]
    [(_, sheet)] = sheets(files[".xlsx"])
    assert cells(sheet) == [["coins", "unseen"], ["21", "0.25"], ["7"]]


def test_columns_and_times_are_as_asked_for(where: str, tmp_path: Path) -> None:
    export(where, tmp_path, "r.jsonl", "--columns", "score,captured_at", "--time-zone", "Asia/Shanghai", "--last")
    assert lines(tmp_path / "r.jsonl") == [{"score": 31, "captured_at": "2026-11-23T21:01:00.000+08:00"}]
    done = export(where, tmp_path, "r.jsonl", "--columns", "points")
    assert "--columns: 'points' is not one of source, kind" in done.stderr
    done = export(where, tmp_path, "r.jsonl", "--time-zone", "Beijing")
    assert "--time-zone: expected the name of a time zone" in done.stderr
    assert "--lang is for" in export(where, tmp_path, "r.jsonl", "--lang", "zh").stderr
    assert "--bom and --excel are for" in export(where, tmp_path, "r.jsonl", "--excel").stderr
    assert "not allowed with" in export(where, tmp_path, "r.jsonl", "--last", "--every", "5m").stderr


def test_csv_is_as_in_feeds_and_has_a_mark_if_asked_for(where: str, tmp_path: Path, store: Records) -> None:
    export(where, tmp_path, "plain.csv")
    export(where, tmp_path, "marked.csv", "--bom")
    feed = BytesIO()
    exporter = RowsAsCsv(feed)
    exporter.start_exporting()
    for each in store.lists("1", *EVER):
        exporter.export_item(each)
    assert (tmp_path / "plain.csv").read_bytes() == feed.getvalue()
    assert (tmp_path / "marked.csv").read_bytes() == b"\xef\xbb\xbf" + feed.getvalue()


def test_csv_for_excel_keeps_ids_as_texts_and_has_local_times(where: str, tmp_path: Path) -> None:
    export(where, tmp_path, "r.csv", "--excel", "--last", "--columns", "room_id,user_id,captured_at,score,nickname")
    assert (tmp_path / "r.csv").read_bytes().decode() == (
        "\ufeffroom_id,user_id,captured_at (Asia/Shanghai),score,nickname\r\n"
        f'"=""1""","=""{LARGE}""",2026-11-23 21:01:00.000,31,贡献者1\r\n'
    )


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("0042", '="0042"'),
        ("=cmd()", '="=cmd()"'),
        ('1 "x"', '="1 ""x"""'),
        ("2026-11-23", '="2026-11-23"'),
        ("TRUE", '="TRUE"'),
        ("小鱼", "小鱼"),
        ("-" * 300, "'" + "-" * 300),
        (10**15, f'="{10**15}"'),
        (10**14, 10**14),
        (True, True),
        (None, None),
        (("a", "b"), "a b"),
    ],
)
def test_what_excel_would_take_for_something_else_is_written_as_a_text(value: Any, cell: Any) -> None:
    assert formats._for_excel(value) == cell


NAME = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheets(path: Path | BytesIO) -> list[tuple[str, Tree.Element]]:
    """The names and the contents of a workbook's sheets."""
    with zipfile.ZipFile(path) as book:
        listed_in = Tree.fromstring(book.read("xl/workbook.xml"))  # noqa: S314 - written by the test
        names = [each.get("name", "") for each in listed_in.iterfind(".//m:sheet", NAME)]
        return [
            (name, Tree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")))  # noqa: S314 - written by the test
            for number, name in enumerate(names, start=1)
        ]


def cells(sheet: Tree.Element) -> list[list[str]]:
    rows = sheet.iterfind(".//m:row", NAME)
    return [["".join(cell.itertext()) for cell in row.iterfind("m:c", NAME)] for row in rows]


def test_a_workbook_has_dates_texts_filters_and_a_header_that_stays(where: str, tmp_path: Path) -> None:
    words = ("--lang", "zh", "--columns", "room_id,user_id,captured_at,score", "--last")
    done = export(where, tmp_path, "day.xlsx", *words)
    assert done.returncode == 0, done.stderr
    [(name, sheet)] = sheets(tmp_path / "day.xlsx")
    header, row = cells(sheet)
    assert (name, header) == ("榜单", ["直播间 ID", "贡献者的 uid", "榜单时间 (Asia/Shanghai)", "音浪"])
    assert (row[:2], row[3]) == (["1", LARGE], "31")
    assert datetime(1899, 12, 30) + timedelta(days=float(row[2])) == datetime(2026, 11, 23, 21, 1)
    pane, filters = sheet.find(".//m:pane", NAME), sheet.find("m:autoFilter", NAME)
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    assert filters is not None
    assert filters.get("ref") == "A1:D2"


def test_a_day_that_passes_a_sheet_goes_on_in_the_next() -> None:
    file = BytesIO()
    table = fields.Table(fields.chosen(fields.SUMMARY, ["room_id", "coins"]))
    book = Workbook(file, table, rows=4)
    assert book.write((str(number), number) for number in range(7)) == 7
    book.close()
    found = sheets(file)
    assert [name for name, _ in found] == ["ranks", "ranks 2", "ranks 3"]
    assert [[row[0] for row in cells(sheet)[1:]] for _, sheet in found] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_no_character_breaks_a_workbook() -> None:
    file = BytesIO()
    book = Workbook(file, fields.Table(fields.chosen(fields.SUMMARY, ["nickname"])))
    odd = ["".join(map(chr, range(0x20))), "\ud83d", "\ufffe\uffff", "_x001B_", "=1+1", "https://a.example", "😀‮", ""]
    book.write((each,) for each in odd)
    book.close()
    [(_, sheet)] = sheets(file)
    assert len(cells(sheet)) == 1 + len(odd)
    assert sheet.find(".//m:f", NAME) is None, "a formula"


def test_a_choice_of_lists_takes_the_last_of_each_time() -> None:
    records = [(moment,) for moment in (0, 4, 5, 9, 21)]
    assert list(list_choice.Lists(5).of(records, 0)) == [(4,), (9,), (21,)]
    assert list(list_choice.Lists(5, 4).of(records, 0)) == [(0,), (5,), (9,), (21,)]
    assert list(itertools.chain(list_choice.CHANGED.of(records, 0))) == records


def test_an_ending_that_stands_for_no_format_is_refused(where: str, tmp_path: Path) -> None:
    assert "expected a file that ends in .parquet" in export(where, tmp_path, "r.ods").stderr
    with pytest.raises(SettingError, match="is not one of"):
        fields.chosen(fields.ROW, ["rank", "points"])


def test_every_heading_is_short_and_its_own() -> None:
    headings = [each.chinese for each in fields.ROW]
    assert len(set(headings)) == len(headings)
    assert max(map(len, headings)) <= 14


def test_feed_store_and_exports_count_as_the_documents_say(where: str, tmp_path: Path) -> None:
    """Three polls: the second list is like the first, and two of the third's hundred rows differ."""
    store = locate.open_records(where)
    for minute, first in enumerate((9_000, 9_000, 9_500)):
        at = iso(NOON + minute * 60_000)
        place: dict[str, Any] = {"room_id": "3", "captured_at": at, "polled_at": at}
        scores = [first + 500, first, *range(8_000, 7_902, -1)]
        entries = [entry(rank, score=each, user_id=str(rank), **place) for rank, each in enumerate(scores, start=1)]
        store.write([polled(snapshot(entries, digest=f"{first:032x}", **place))])
    store.close()
    of_room = "SELECT snapshot_key FROM _snapshots JOIN _rooms USING (room_key) WHERE room_id = '3'"
    query = f"SELECT count(*) FROM _entries WHERE snapshot_key IN ({of_room})"  # noqa: S608 - the test's own
    counted = {"_entries": rows(where, query)}
    for view in ("ranks", "latest_ranks", "poll_log", "lists"):
        counted[view] = rows(where, f"SELECT count(*) FROM {view} WHERE room_id = '3'")  # noqa: S608 - the test's own
    assert {name: found[0][0] for name, found in counted.items()} == {
        "_entries": 102,
        "ranks": 200,
        "latest_ranks": 100,
        "poll_log": 3,
        "lists": 2,
    }
    for words, count in (([], 200), (["--every-poll"], 300), (["--every", "5min"], 100), (["--last"], 100)):
        export(where, tmp_path, "r.jsonl", *words, room="3")
        assert len(lines(tmp_path / "r.jsonl")) == count


def test_the_benchmark_of_exports_says_how_much_memory_one_takes(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "ROOMS", 10)
    [line] = cost.measured(Site(tmp_path, postgres), 10_000, [".csv"], ["sqlite"])
    assert line[:2] == ["sqlite, .csv", "10,000"]
    assert all(20 < float(memory) < 500 for memory in line[3:5])
    assert " | ".join(line) in cost.table([line])
