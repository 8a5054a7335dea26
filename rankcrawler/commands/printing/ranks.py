"""A rank list as a table. Wide Chinese characters stay aligned."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from rankcrawler.commands.printing.tables import PIPED_WIDTH, console, grid, number
from rankcrawler.commands.printing.text import plain
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry

SHORTEST = 8
"""A text keeps at least this many columns of the screen."""


class _Column(NamedTuple):
    name: str
    cell: Callable[[RankEntry], str]
    is_number: bool = False
    can_shrink: bool = False
    """Whether the text is cut, down to SHORTEST, on a narrow screen. All other columns are shown whole or left out."""
    needs_width: int = 0
    """The column is left out on a screen narrower than this."""


def show(snapshot: RoomSnapshot, limit: int | None = None) -> None:
    """Print the list, or its first `limit` rows, as wide as the terminal."""
    screen = console()
    screen.print(table(snapshot, limit, screen.width) if snapshot.entries else Text(_title(snapshot)))


def table(snapshot: RoomSnapshot, limit: int | None = None, width: int = PIPED_WIDTH) -> Table:
    """The list as a table that fits a screen of `width` columns."""
    shown = snapshot.entries[:limit]
    columns = [column for column in _COLUMNS if column.needs_width <= width and _has_values(column, shown)]
    drawn = grid(_title(snapshot))
    for column in columns:
        drawn.add_column(
            column.name,
            justify="right" if column.is_number else "left",
            no_wrap=not column.can_shrink,  # rich takes width only from columns that may wrap
            min_width=SHORTEST if column.can_shrink else _width(column, shown),
        )
    for entry in shown:
        cells = (plain(column.cell(entry)) for column in columns)
        drawn.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    if len(shown) < snapshot.entry_count:
        drawn.caption = Text(f"… and {snapshot.entry_count - len(shown)} more")
    return drawn


def _title(snapshot: RoomSnapshot) -> str:
    people = f"{snapshot.entry_count} contributors" if snapshot.entries else "no contributors yet"
    audience = "" if snapshot.total is None else f" · audience {snapshot.total:,}"
    return f"Room {snapshot.target.room_id} · {people}{audience}\n{snapshot.captured_at}"


def _has_values(column: _Column, shown: Sequence[RankEntry]) -> bool:
    return any(column.cell(entry) for entry in shown)


def _width(column: _Column, shown: Sequence[RankEntry]) -> int:
    return max(cell_len(text) for text in (column.name, *map(column.cell, shown)))


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
    _Column("gap", lambda entry: number(entry.delta), is_number=True, needs_width=90),
    _Column("nickname", lambda entry: entry.nickname or "", can_shrink=True),
    _Column("level", lambda entry: number(entry.pay_grade_level), is_number=True, needs_width=45),
    _Column("lifetime 抖币", _lifetime, is_number=True, needs_width=70),
    _Column("user id", lambda entry: entry.user_id or "", needs_width=110),
    _Column("flags", lambda entry: " ".join(entry.flags), can_shrink=True, needs_width=110),
)
