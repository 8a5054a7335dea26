"""A rank list as a table that a person can read; wide Chinese characters stay aligned."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rankcrawler.model.items import RankEntry, RoomSnapshot

SHORTEST = 8
"""Columns that a text is never cut below."""
PIPED_WIDTH = 160
"""Columns, where no terminal says how many it has."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINS_EMOJI = "\u200d"


class _Column(NamedTuple):
    name: str
    cell: Callable[[RankEntry], str]
    is_number: bool = False
    can_shrink: bool = False
    """Cut where there is no room for all of it, down to SHORTEST; every other column is shown whole or not at all."""
    needs_width: int = 0
    """Left out of a screen that is narrower than so many columns."""


def show(snapshot: RoomSnapshot, limit: int | None = None) -> None:
    """Print the list, the first `limit` rows of it where that is given, as wide as the terminal allows."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(table(snapshot, limit, console.width) if snapshot.entries else Text(_title(snapshot)))


def table(snapshot: RoomSnapshot, limit: int | None = None, width: int = PIPED_WIDTH) -> Table:
    """The list for a screen of `width` columns."""
    shown = snapshot.entries[:limit]
    columns = [column for column in _COLUMNS if column.needs_width <= width and _is_of_use(column, shown)]
    drawn = Table(title=Text(_title(snapshot)), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        drawn.add_column(
            column.name,
            justify="right" if column.is_number else "left",
            no_wrap=not column.can_shrink,  # rich takes width from the columns that may wrap, and from no others
            min_width=SHORTEST if column.can_shrink else _width(column, shown),
        )
    for entry in shown:
        cells = (plain(column.cell(entry)) for column in columns)
        drawn.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    if len(shown) < snapshot.entry_count:
        drawn.caption = Text(f"… and {snapshot.entry_count - len(shown)} more")
    return drawn


def plain(text: str) -> str:
    """Text of a stranger's, made harmless to a terminal: what is not seen becomes �."""
    return "".join("�" if _is_unseen(each) else each for each in text)


def escaped(as_json: bytes) -> str:
    """JSON with text of a stranger's, made harmless to a terminal: what is not seen is escaped, and reads the same."""
    text = as_json.decode()
    if text.isprintable():
        return text
    return "".join(json.dumps(each)[1:-1] if _is_unseen(each) else each for each in text)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character != _JOINS_EMOJI


def _title(snapshot: RoomSnapshot) -> str:
    people = "nobody has given anything yet" if not snapshot.entries else f"{snapshot.entry_count} contributors"
    audience = "" if snapshot.total is None else f" · audience {snapshot.total:,}"
    return f"Room {snapshot.room_id} · {people}{audience}\n{snapshot.captured_at}"


def _is_of_use(column: _Column, shown: Sequence[RankEntry]) -> bool:
    return any(column.cell(entry) for entry in shown)


def _width(column: _Column, shown: Sequence[RankEntry]) -> int:
    return max(cell_len(text) for text in (column.name, *map(column.cell, shown)))


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _score(entry: RankEntry) -> str:
    return entry.score_precision if entry.score is None else f"{entry.score:,}"


def _lifetime(entry: RankEntry) -> str:
    low, high = entry.lifetime_diamonds_min, entry.lifetime_diamonds_max
    if low is None or high is None:
        return "" if low is None else f"≥ {low:,}"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


_COLUMNS = (
    _Column("#", lambda entry: str(entry.rank), is_number=True),
    _Column("音浪", _score, is_number=True),
    _Column("gap", lambda entry: _number(entry.delta), is_number=True, needs_width=90),
    _Column("nickname", lambda entry: entry.nickname or "", can_shrink=True),
    _Column("level", lambda entry: _number(entry.pay_grade_level), is_number=True, needs_width=45),
    _Column("lifetime 抖币", _lifetime, is_number=True, needs_width=70),
    _Column("user id", lambda entry: entry.user_id or "", needs_width=110),
    _Column("flags", lambda entry: " ".join(entry.flags), can_shrink=True, needs_width=110),
)
