"""The look of every table that a command prints."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rankcrawler.commands.printing.text import plain

PIPED_WIDTH = 160
"""Columns to print where the output is no terminal."""


def console() -> Console:
    """Standard output, as wide as the terminal, or PIPED_WIDTH where it is none."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=PIPED_WIDTH)


def grid(title: str = "") -> Table:
    """An empty table with a rule below its header."""
    return Table(title=Text(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)


def cells(texts: Iterable[str]) -> list[Text]:
    """A row's cells: rich reads no markup in them, and invisible characters are replaced."""
    return [Text(plain(text)) for text in texts]


def number(value: int | None) -> str:
    """The number with commas between thousands; empty where it is unknown."""
    return "" if value is None else f"{value:,}"
