"""Text from outside on a terminal, and a rank list as a table."""

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rankcrawler.commands.printing import ranks
from rankcrawler.commands.printing.screen import Screen
from rankcrawler.commands.printing.text import escaped, in_ascii, plain, writable
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.builders import ROOM, entry, snapshot

LONG = [
    entry(1, score=1_234_567_890, nickname="别扔鸡蛋砸我" * 8, lifetime_diamonds_max=None),
    entry(2, score=500_000, delta=1_234_067_890, nickname="ddezf", flags=("score_rises", "delta_mismatch")),
    entry(
        100,
        delta=7,
        score=None,
        score_precision="withheld",
        lifetime_diamonds_min=12_345_678,
        lifetime_diamonds_max=12_399_999,
    ),
]


def drawn(shown: RoomSnapshot, width: int = 160, limit: int | None = None) -> list[str]:
    """The lines of a list on a screen of that width."""
    return [line.plain for line in ranks.table(shown, limit).lines(Screen(width))]


def header(lines: list[str]) -> int:
    """Where the line is that names the columns; a narrow screen needs more lines for the title above it."""
    return next(at for at, line in enumerate(lines) if line and set(line) == {"─"}) - 1


def columns(lines: list[str]) -> list[str]:
    """The names of the columns."""
    return re.split(r"\s{2,}", lines[header(lines)].strip())


def rows(lines: list[str]) -> list[str]:
    """The lines of the rows, and what is below them."""
    return lines[header(lines) + 2 :]


def end(line: str, text: str) -> int:
    """The column of the screen in which a text of this line ends."""
    return cell_len(line[: line.index(text) + len(text)])


def test_title_columns_and_rows_stand_on_lines_of_their_own() -> None:
    lines = drawn(snapshot([entry(1), entry(2)]))
    assert lines[0].strip() == f"Room {ROOM} · 2 contributors · audience 39,847"
    assert lines[1].strip() == "2021-09-17T01:44:39.980Z"
    assert columns(lines) == ["#", "coins", "gap", "nickname", "level", "lifetime diamonds", "user id"]
    assert rows(lines)[0].split() == ["1", "99,900", "0", "贡献者1", "25", "18,002", "7000001"]
    assert rows(lines)[1].split() == ["2", "99,800", "100", "贡献者2", "25", "18,002", "7000002"]


@pytest.mark.parametrize("width", [60, 80, 110, 200])
def test_wide_characters_stay_aligned(width: int) -> None:
    names = ["别扔鸡蛋砸我", "ddezf", "한국어", "😀👨‍👩‍👧", "é", "ﾊﾝｶｸ", "\x1b[31m"]
    lines = drawn(snapshot([entry(rank, nickname=name) for rank, name in enumerate(names, 1)]), width)
    named = dict(zip(map(plain, names), rows(lines), strict=False))
    starts = {cell_len(row[: row.index(name)]) for name, row in named.items()}
    assert len(starts) == 1
    assert {end(row, " 25") for row in named.values()} == {end(lines[header(lines)], "level")}


def test_control_characters_and_escapes_in_a_nickname_are_replaced() -> None:
    evil = "\x1b[2J\x1b]0;title\x07\r\n\u202egnp\u200b\x9b"
    text = "\n".join(drawn(snapshot([entry(nickname=evil)])))
    assert "�[2J�]0;title���gnp��"[:12] in text
    assert not [each for each in text if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}]


def test_markup_in_a_nickname_is_text() -> None:
    assert "[red]a[/red] :smile:" in "\n".join(drawn(snapshot([entry(nickname="[red]a[/red] :smile:")])))


@given(st.text())
def test_plain_text_holds_nothing_invisible_but_what_joins_emoji(text: str) -> None:
    made = plain(text)
    assert len(made) == len(text)
    assert all(each == "\u200d" or unicodedata.category(each)[0] != "C" for each in made)
    assert plain(made) == made


@given(st.text(), st.text())
def test_escaped_json_reads_the_same_and_holds_nothing_invisible_but_what_joins_emoji(name: str, text: str) -> None:
    written = escaped(json.dumps({name: text}, ensure_ascii=False).encode(errors="replace"))
    assert json.loads(written) == json.loads(json.dumps({name: text}).encode(errors="replace"))
    assert all(each == "\u200d" or unicodedata.category(each)[0] != "C" for each in written)


def test_escaped_json_shows_neither_a_control_character_nor_a_mark_of_direction() -> None:
    assert escaped('{"n":"\x9b31m\u202e\u2028\U000e0041中 😀\u3000"}'.encode()) == (
        '{"n":"\\u009b31m\\u202e\\u2028\\udb40\\udc41中 😀\u3000"}'
    )


def test_json_is_ascii_where_the_encoding_is_not_unicodes() -> None:
    assert escaped('{"n":"音浪 é"}'.encode(), "gbk") == '{"n":"\\u97f3\\u6d6a \\u00e9"}'
    assert escaped('{"n":"音浪 é"}'.encode(), "UTF8") == '{"n":"音浪 é"}'


@given(st.text(), st.sampled_from(["ascii", "latin-1", "gbk", "big5", "cp437"]))
def test_any_text_can_be_written_in_any_encoding(text: str, encoding: str) -> None:
    assert writable(text, encoding).encode(encoding)[:0] == b""
    assert in_ascii(text).isascii()


def test_what_an_encoding_lacks_is_escaped_but_signs_of_ours_have_a_likeness() -> None:
    assert writable("音浪 ≥ 5 · a–b", "gbk") == "音浪 ≥ 5 · a–b"
    assert writable("音 ≥ 5 · a–b…", "ascii") == "\\u97f3 >= 5 - a-b..."
    assert writable("音é", "latin-1") == "\\u97f3é"


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (8, ["#"]),
        (10, ["#", "level"]),
        (32, ["#", "coins", "nickname"]),
        (60, ["#", "coins", "gap", "nickname", "level"]),
        (80, ["#", "coins", "gap", "nickname", "level", "lifetime diamonds"]),
        (110, ["#", "coins", "gap", "nickname", "level", "lifetime diamonds", "user id"]),
        (200, ["#", "coins", "gap", "nickname", "level", "lifetime diamonds", "user id", "flags"]),
    ],
)
def test_narrow_screens_leave_columns_out(width: int, shown: list[str]) -> None:
    assert columns(drawn(snapshot(LONG), width)) == shown


@pytest.mark.parametrize("width", [32, 40, 45, 60, 70, 80, 90, 100, 110, 120, 160, 300])
def test_no_width_cuts_a_number_and_no_line_is_too_long(width: int) -> None:
    lines = drawn(snapshot(LONG), width)
    assert max(map(cell_len, lines)) <= width
    first, second, third = (line.split() for line in rows(lines) if line.split()[:1] in (["1"], ["2"], ["100"]))
    assert first[:2] == ["1", "1,234,567,890"]
    assert second[:2] == ["2", "500,000"]
    assert third[:2] == ["100", "withheld"]
    assert ("25" in first) == ("level" in columns(lines))
    assert ("12,345,678–12,399,999" in third) == ("lifetime diamonds" in columns(lines))
    assert ("1,234,067,890" in second) == ("gap" in columns(lines))
    assert ("7000001" in first) == ("user id" in columns(lines))


def test_a_long_nickname_is_cut_where_there_is_no_room_for_it() -> None:
    assert "别扔鸡蛋砸我" * 8 in rows(drawn(snapshot(LONG), 300))[0]
    assert "别扔" in rows(drawn(snapshot(LONG), 80))[0]
    assert "…" in rows(drawn(snapshot(LONG), 80))[0]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("#", [" 1 ", " 2 ", " 100 "]),
        ("coins", ["1,234,567,890", "500,000", "withheld"]),
        ("gap", [" 0 ", "1,234,067,890", " 7 "]),
        ("lifetime diamonds", ["≥ 18,002", "18,002", "12,345,678–12,399,999"]),
    ],
)
def test_numbers_are_aligned_on_the_right(name: str, cells: list[str]) -> None:
    lines = drawn(snapshot(LONG), 200)
    ends = {end(f" {row}", cell.rstrip()) - 1 for row, cell in zip(rows(lines), cells, strict=False)}
    assert ends == {end(lines[header(lines)], name)}


def test_columns_without_a_value_are_left_out() -> None:
    unknown = entry(
        user_id=None, pay_grade_level=None, lifetime_diamonds_min=None, lifetime_diamonds_max=None, delta=None
    )
    assert columns(drawn(snapshot([unknown]))) == ["#", "coins", "nickname"]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"lifetime_diamonds_min": 18_002, "lifetime_diamonds_max": 18_002}, "18,002"),
        ({"lifetime_diamonds_min": 1_000, "lifetime_diamonds_max": 1_999}, "1,000–1,999"),
        ({"lifetime_diamonds_min": 0, "lifetime_diamonds_max": 9}, "0–9"),
        ({"lifetime_diamonds_min": 16_000_000, "lifetime_diamonds_max": None}, "≥ 16,000,000"),
        ({"score": None, "score_precision": "withheld"}, "withheld"),
        ({"score": None, "score_precision": "rounded"}, "rounded"),
        ({"score": 0}, " 0 "),
    ],
)
def test_an_amount_is_shown_as_exactly_as_it_is_known(changes: dict[str, Any], shown: str) -> None:
    row: RankEntry = entry(1, nickname="n", **changes)
    assert shown in rows(drawn(snapshot([row])))[0]


def test_rows_beyond_the_limit_are_counted_below() -> None:
    lines = drawn(snapshot([entry(rank) for rank in range(1, 8)]), limit=3)
    assert [line.split()[0] for line in rows(lines)[:3]] == ["1", "2", "3"]
    assert lines[-1].strip() == "… and 4 more"
    assert not any("more" in line for line in drawn(snapshot(), limit=3))


def test_flags_are_shown_with_their_rows() -> None:
    assert rows(drawn(snapshot(LONG), 200))[1].endswith("  score_rises delta_mismatch")
    assert rows(drawn(snapshot(LONG), 80))[2] == "  flags: score_rises delta_mismatch"


def test_an_unknown_audience_is_left_out() -> None:
    assert drawn(snapshot(total=None))[0].strip() == f"Room {ROOM} · 3 contributors"


def test_show_prints_the_list_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    ranks.show(snapshot(), limit=2)
    out = capsys.readouterr().out
    assert out.splitlines()[0].strip() == f"Room {ROOM} · 3 contributors · audience 39,847"
    assert "贡献者2" in out
    assert "贡献者3" not in out
    assert "\x1b" not in out


def test_show_says_that_a_list_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    ranks.show(snapshot([]))
    assert capsys.readouterr().out.splitlines() == [
        f"Room {ROOM} · no contributors yet · audience 39,847",
        "2021-09-17T01:44:39.980Z",
    ]
