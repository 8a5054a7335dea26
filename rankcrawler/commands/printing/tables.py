"""Tables that cut nothing but names: on a narrow terminal they leave out whole columns, the least important ones.

Long texts, such as reasons, get lines of their own below the row, where they do not fit beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from rich.cells import cell_len
from rich.text import Text

from rankcrawler.commands.printing.screen import Screen
from rankcrawler.commands.printing.wrapping import cut, padded, wrapped
from rankcrawler.language import tr

R = TypeVar("R")

_GAP = 2
"""Columns of the screen between two columns of a table, and before a line that belongs to the row above."""
_SHORTEST = 12
"""A name keeps at least this many columns of the screen."""


class Column(NamedTuple, Generic[R]):
    """A column of rows of one type."""

    name: str
    """Marked for the catalogue."""
    cell: Callable[[R], str]
    importance: int = 0
    """1 for the column that is always there; columns of the highest numbers are left out first."""
    is_number: bool = False
    is_name: bool = False
    """Whether it is cut on a narrow screen: for what people call themselves, and for nothing else."""
    is_long: bool = False
    """Whether it is never left out, and gets lines of its own where it does not fit beside the others. Comes last."""


class Table(NamedTuple, Generic[R]):
    """Rows, and what is above and below them."""

    columns: Sequence[Column[R]]
    rows: Sequence[R]
    title: str = ""
    note: str = ""

    def lines(self, screen: Screen) -> Iterator[Text]:
        """The table as it fits a screen; columns without any value are left out."""
        drawn = _Drawn(self.columns, self.rows, screen)
        for line in filter(None, self.title.split("\n")):
            yield from map(Text, wrapped(screen.text(line), screen.width))
        yield from drawn.lines()
        for line in filter(None, self.note.split("\n")):
            yield from map(Text, wrapped(screen.text(line), screen.width))
        if drawn.left_out:
            left_out = tr("Left out for lack of width: {columns}", columns=tr(", ").join(drawn.left_out))
            yield from map(Text, wrapped(screen.text(left_out), screen.width))


class _Drawn(Generic[R]):
    """Which columns there are on a screen, and how wide they are."""

    def __init__(self, columns: Sequence[Column[R]], rows: Sequence[R], screen: Screen) -> None:
        self._screen = screen
        self._columns = [column for column in columns if any(map(column.cell, rows))]
        self._cells = [[screen.text(column.cell(row)) for column in self._columns] for row in rows]
        self._natural = [
            max(cell_len(text) for text in (self._name(at), *(cells[at] for cells in self._cells)))
            for at in range(len(self._columns))
        ]
        self._beside, self._below = self._places()
        self._widths = self._fitted()

    @property
    def left_out(self) -> list[str]:
        """The names of the columns that the screen has no room for."""
        shown = {*self._beside, *self._below}
        return [self._name(at) for at in range(len(self._columns)) if at not in shown]

    def lines(self) -> Iterator[Text]:
        """The header, a rule and the rows."""
        if not self._beside:
            return
        yield Text(self._line([self._name(at) for at in range(len(self._columns))]), style="bold")
        yield Text(self._screen.line("─", "-") * self._width_of(self._widths))
        for cells in self._cells:
            yield Text(self._line(cells))
            for at in self._below:
                if cells[at]:
                    yield from self._lines_below(at, cells[at])

    def _name(self, at: int) -> str:
        return self._screen.text(tr(self._columns[at].name))

    def _line(self, cells: Sequence[str]) -> str:
        mark = self._screen.text("…")
        shown = (
            padded(cut(cells[at], width, mark), width, right=self._columns[at].is_number)
            for at, width in self._widths.items()
        )
        return (" " * _GAP).join(shown).rstrip()

    def _lines_below(self, at: int, text: str) -> Iterator[Text]:
        room = None if self._screen.width is None else self._screen.width - _GAP
        for line in wrapped(self._screen.text(tr("{name}: {text}", name=self._name(at), text=text)), room):
            yield Text(" " * _GAP + line)

    def _places(self) -> tuple[list[int], list[int]]:
        """The columns that stand beside each other, and the long ones that stand below."""
        every = range(len(self._columns))
        if self._fits({at: self._natural[at] for at in every}):
            return list(every), []
        long = [at for at in every if self._columns[at].is_long]
        chosen: dict[int, int] = {}
        for at in sorted(set(every) - set(long), key=lambda at: self._columns[at].importance):
            if not chosen or self._fits(chosen | {at: self._least(at)}):
                chosen[at] = self._least(at)
        return sorted(chosen), long

    def _fitted(self) -> dict[int, int]:
        """The width of each column: what is left over goes to the names that were cut."""
        widths = {at: self._least(at) for at in self._beside}
        for at in self._beside:
            if self._screen.width is None:
                widths[at] = self._natural[at]
            else:
                spare = self._screen.width - self._width_of(widths)
                widths[at] = min(self._natural[at], widths[at] + max(spare, 0))
        return widths

    def _least(self, at: int) -> int:
        return min(self._natural[at], _SHORTEST) if self._columns[at].is_name else self._natural[at]

    def _fits(self, widths: dict[int, int]) -> bool:
        return self._screen.width is None or self._width_of(widths) <= self._screen.width

    @staticmethod
    def _width_of(widths: dict[int, int]) -> int:
        return sum(widths.values()) + _GAP * (len(widths) - 1)


def number(value: int | None) -> str:
    """The number with commas between thousands; empty where it is unknown."""
    return "" if value is None else f"{value:,}"
