"""Every table of ours on narrow and wide terminals: what is shown is whole, and what is not shown is named."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from operator import mul
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rankcrawler.commands.printing import facts, ranks
from rankcrawler.commands.printing.screen import Screen
from rankcrawler.commands.printing.tables import Column, Table
from rankcrawler.commands.printing.wrapping import cut, padded, wrapped
from rankcrawler.commands.rooms import figures, listing
from rankcrawler.commands.store import answers, giving, health, lists, people
from rankcrawler.insight.answers import Contributor, Stretch, Sure
from rankcrawler.insight.course import Course, CoursePoint
from rankcrawler.insight.people import StayRow
from rankcrawler.insight.room_gains import GainRow, RoomGains
from rankcrawler.insight.rooms import Coverage, CoverageRow, RoomRow, Rooms
from rankcrawler.insight.shared import InRoom, Shared, SharedRow
from rankcrawler.insight.shares import Concentration
from rankcrawler.insight.top import Top, TopRow
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.anchor_queue import Looks
from rankcrawler.queue.lease import Depth
from rankcrawler.queue.roster import Room
from rankcrawler.queue.status import Status, WorkerSeen
from rankcrawler.store.answers import Status as StoreStatus
from tests.builders import entry, snapshot

WIDTHS = [60, 80, 110, 200]
SMALL, LARGE = "6994259511469247263", "9223372036854775807"
MOMENT = 1_795_435_200_123
REASON = (
    "HTTP 403: the gateway refuses, code 10011: '余额不足，请充值后再试，如有疑问请联系客服' - at "
    "`$.data.status_code`, from https://gateway.example.com/api/v1/douyin/web/fetch_live_gift_ranking"
)

ROOMS = [
    Room(LARGE, "dead", died=MOMENT, attempts=5, schedule=Schedule(every=60.0), anchor_id=LARGE, reason=REASON),
    Room(f"?{'a' * 40}", "dead", died=MOMENT, reason="names no room", raw='{"url": "https://example.com/a b c"}'),
    Room(
        *(SMALL, "leased"),
        due=MOMENT,
        attempts=2,
        schedule=Schedule(every=60.0, every_max=86_400.0, priority=-1000),
        worker="a-worker-with-a-long-name.example.com:4194304",
        failing_since=MOMENT,
        last=REASON,
    ),
    Room("1", "ready", due=MOMENT, last="changed"),
]
BEIJING = ZoneInfo("Asia/Shanghai")
NOON, ONE = "2026-11-23T12:00:00.000Z", "2026-11-23T13:00:00.000Z"
NAME = "别扔鸡蛋砸我" * 8
SURE = Sure("at_least", 0.125, 1_234, 2**40, 1_234, 86_400.0, (Stretch(NOON, ONE, 60),) * 5, (), "2026-11-23")
SPREAD = Concentration(2**40, 2**53, 0.5, 1.0, 0.99)
STAYS = (
    StayRow("ranklist", LARGE, LARGE, NOON, ONE, True, 1, 2**53),
    StayRow("audience", "1", None, NOON, ONE, False, None, None),
)
GAINS = RoomGains(
    source="gateway.test",
    kind="ranklist",
    room_id=LARGE,
    since_at=NOON,
    until_at=ONE,
    most_outside=2**53,
    concentration=SPREAD,
    rows=(
        GainRow(LARGE, NAME, 2**53, 2**54, 2**53, 2**54, ("entered", "left", "reentered", "reset")),
        GainRow("2", None, 0, None, None, 5, ()),
    ),
    sure=SURE,
)
TOP = Top(
    kind="ranklist",
    since_at=NOON,
    until_at=None,
    rooms=None,
    concentration=SPREAD,
    rows=(TopRow(1, "gateway.test", LARGE, NAME, "handle", 2**53, 2**54), TopRow(2, "g", "2", None, None, 1, None)),
    sure=SURE,
)
COURSE = Course(
    source="gateway.test",
    kind="ranklist",
    room_id=LARGE,
    step_seconds=None,
    contributors=(Contributor("g", LARGE, "giver", None), Contributor("g", "2", None, None)),
    coins=2**53,
    rows=(
        CoursePoint(NOON, 1_234_567, 100, 2**53, 2**40, None, (2**53, None)),
        CoursePoint(ONE, None, 1, 5, 0, 12_345.6, (None, 5)),
    ),
    sure=SURE,
)
ROOM_ROWS = (
    RoomRow(
        "g", "ranklist", LARGE, LARGE, 60.0, 86_400.0, NOON, ONE, "failed", REASON, NOON, 1e6, True, 100, 2**40, ONE
    ),
    RoomRow("g", "ranklist", "1", None, None, None, NOON, ONE, "stored", None, None, None, False, None, None, None),
)
SHARED = Shared(
    kind="ranklist",
    least=2,
    compared=(),
    rows=(SharedRow("g", LARGE, NAME, "handle", 2, 2**53, (InRoom(LARGE, NOON, ONE, True, 2**53),) * 5),),
    sure=SURE,
)
COVERAGE = Coverage(
    kind="ranklist",
    since_at=NOON,
    until_at=None,
    rows=(CoverageRow("gateway.test", "ranklist", LARGE, 2**40, 1_234, 5, 6, 2**40, 7, 86_400.0, NOON, ONE),),
)
LIST = [
    entry(1, score=2**53, nickname="别扔鸡蛋砸我" * 8, user_id=LARGE, delta=2**53, lifetime_diamonds_max=None),
    entry(100, score=5, nickname="n", flags=("score_rises", "delta_mismatch", "captured_in_future")),
]

TABLES: dict[str, Table[Any]] = {
    "rooms list": listing.table(ROOMS, BEIJING),
    "store user": people.stays(STAYS, BEIJING),
    "store gains": giving.gains(GAINS, BEIJING),
    "store top": giving.top(TOP, BEIJING),
    "store course": lists.course(COURSE, BEIJING),
    "store rooms": health.rooms(Rooms(kind="ranklist", stale=1, rows=ROOM_ROWS), BEIJING),
    "store coverage": health.coverage(COVERAGE, BEIJING),
    "store shared": people.shared(SHARED, BEIJING),
    "rank": ranks.table(snapshot(LIST)),
}

STATUS = Status(
    now=MOMENT,
    state="stopped",
    reason=REASON,
    inbox_kind="hash",
    depth=Depth(1_234_567, 1, 2, 3, 4, 5, 6, 7),
    missed=2**40,
    counters={"pushed": 2**40, "done": 5, "dead": 2, "release": 1},
    overdue=2**40,
    failing_since=MOMENT - 5_000,
    failing_reasons={REASON: 7},
    lag_p50=None,
    lag_p95=1,
    per_minute=2**40,
    workers=[WorkerSeen("a-worker-with-a-long-name.example.com:4194304", MOMENT - 9, MOMENT)],
    held_until=None,
    rate=20.0,
    burst=40,
    max_inflight=None,
    warnings=["the server evicts keys (maxmemory-policy allkeys-lru): rooms will be lost without a word"],
)
LOOKS = Looks(live=3, offline=2**40, unknown=0)
STORE = StoreStatus(f"/data/{'folder/' * 20}ranks.db", 4, 5_189_496, 1, 2, 3, 4, 5, 2**40, "2026-11-23", None)
FACTS = {
    "rooms status": list(figures.lines(STATUS, LOOKS)),
    "rooms show": listing.facts_of(ROOMS[2], BEIJING),
    "store status": list(answers.status_facts(STORE)),
}


def drawn(table: Table[Any], width: int | None, encoding: str = "utf-8") -> list[str]:
    return [line.plain for line in table.lines(Screen(width, encoding))]


def header(table: Table[Any], lines: Sequence[str]) -> int:
    """Where the line is that names the columns: above the rule."""
    assert table.columns
    return next(at for at, line in enumerate(lines) if line and set(line) <= {"─", "-"}) - 1


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def left_out(lines: Sequence[str]) -> set[str]:
    words = " ".join(lines).partition("Left out for lack of width: ")[2]
    return set(words.split(", ")) - {""}


def words_in_order(text: str, words: str) -> bool:
    """Whether a text has the words in this order, however they are put on lines."""
    return re.sub(r"\s", "", words) in re.sub(r"\s", "", text)


def values(table: Table[Any]) -> Iterator[tuple[Column[Any], str]]:
    for column in table.columns:
        for row in table.rows:
            yield column, column.cell(row)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", TABLES)
def test_a_column_is_shown_whole_or_named_as_left_out(name: str, width: int) -> None:
    table, lines = TABLES[name], drawn(TABLES[name], width)
    shown, missing = cells(lines[header(table, lines)]), left_out(lines)
    text = "\n".join(lines)
    for column, value in values(table):
        if column.name in missing:
            assert column.name not in shown
            assert not column.is_long
            assert column.importance > 1
        elif column.is_long:
            assert words_in_order(text, value)
        elif value:
            assert column.name in shown
            assert value in text or column.is_name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", TABLES)
def test_no_line_is_too_long_but_for_a_word_that_is(name: str, width: int) -> None:
    for line in drawn(TABLES[name], width):
        assert cell_len(line) <= width or len(line.split()) == 1, line


@pytest.mark.parametrize("name", TABLES)
def test_a_wide_terminal_and_a_pipe_leave_out_nothing(name: str) -> None:
    for width in (1000, None):
        lines = drawn(TABLES[name], width)
        assert left_out(lines) == set()
        assert len(lines) == len(drawn(TABLES[name], 1000))
        for column, value in values(TABLES[name]):
            assert value in "\n".join(lines)
            assert column.name in lines[header(TABLES[name], lines)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_never_cut(name: str, width: int) -> None:
    lines = [line.plain for line in facts.lines(FACTS[name], Screen(width))]
    text = "\n".join(lines)
    for label, value in FACTS[name]:
        assert label in text
        assert words_in_order(text, value)
    assert all(cell_len(line) <= width or len(line.strip().split("  ")[-1].split()) == 1 for line in lines)


def test_facts_have_a_tab_where_there_is_no_terminal() -> None:
    assert [line.plain for line in facts.lines([("a", "1"), ("long name", "x" * 300)], Screen())] == [
        "a\t1",
        f"long name\t{'x' * 300}",
    ]


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_another_encoding_than_unicodes_has_rules_of_hyphens(encoding: str) -> None:
    for table in TABLES.values():
        lines = drawn(table, 80, encoding)
        assert set(lines[header(table, lines) + 1]) == {"-"}
        assert "\n".join(lines).encode(encoding)


def test_a_reason_stands_below_its_row_where_it_does_not_fit_beside_it() -> None:
    table = Table(
        (Column[tuple[str, str]]("room", lambda row: row[0], 1), Column("why", lambda row: row[1], is_long=True)),
        [("1", "it is gone"), ("22", "")],
    )
    assert drawn(table, 16) == ["room  why", "────────────────", "1     it is gone", "22"]
    assert drawn(table, 15) == ["room", "────", "1", "  why: it is", "  gone", "22"]


def test_rooms_that_are_none_are_said_to_be_none() -> None:
    assert drawn(listing.table([], BEIJING), 80) == ["no rooms"]


columns = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 30), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each[0],
)


@given(columns, st.integers(5, 120))
def test_the_most_important_columns_that_fit_are_shown(facts_of: list[tuple[int, int, bool]], width: int) -> None:
    made = [
        Column[int](f"c{importance}", partial(mul, "x" * size), importance, is_number=is_number)
        for importance, size, is_number in facts_of
    ]
    sizes = {f"c{importance}": max(size, 2) for importance, size, _ in facts_of}
    lines = drawn(Table(made, [1]), width)
    shown = cells(lines[0])
    order = [f"c{importance}" for importance, *_ in sorted(facts_of)]
    expected: list[str] = []
    for name in order:
        if not expected or sum(sizes[each] + 2 for each in (*expected, name)) - 2 <= width:
            expected.append(name)
    assert sorted(shown) == sorted(expected)
    assert left_out(lines) == set(order) - set(shown)


@given(st.text(st.sampled_from("ab 音浪é,"), max_size=60), st.integers(2, 40))
def test_wrapped_text_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert words_in_order("".join(lines), text)
    assert all(cell_len(line) <= width or not set(line) & set(" 音浪") for line in lines)


def test_a_word_is_never_broken_and_a_chinese_text_is_broken_anywhere() -> None:
    assert wrapped(f"room {LARGE} is gone", 10) == ["room", LARGE, "is gone"]
    assert wrapped("余额不足，请充值", 6) == ["余额不", "足，请", "充值"]
    assert wrapped("余额不足，请（先）充值", 8) == ["余额不", "足，请", "（先）充", "值"], "no line begins with a comma"


def test_a_name_is_cut_to_the_width_in_columns_of_the_screen() -> None:
    assert cut("余额不足", 8, "…") == "余额不足"
    assert cut("余额不足", 7, "…") == "余额不…"
    assert cut("余额不足", 6, "…") == "余额…"
    assert padded("余额", 6) == "余额  "
    assert padded("余额", 6, right=True) == "  余额"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (5_189_496, "5,189,496 bytes (5.2 MB)"),
        (123_456_789_012, "123,456,789,012 bytes (123.5 GB)"),
    ],
)
def test_a_size_has_a_unit(size: int, shown: str) -> None:
    assert answers.size(size) == shown


def test_what_looks_have_found_is_a_figure_if_anchors_are_followed() -> None:
    assert dict(figures.lines(STATUS, LOOKS))["anchors"] == "3 live, 1,099,511,627,776 offline, 0 unknown"
    assert "anchors" not in dict(figures.lines(STATUS, Looks(0, 0, 0)))


def test_a_room_that_died_is_told_from_one_that_is_dead() -> None:
    shown = dict(figures.lines(STATUS, LOOKS))
    assert shown["dead"] == "4"
    assert shown["since it began"] == "pushed 1,099,511,627,776, polled 5, returned 1, died 2"
