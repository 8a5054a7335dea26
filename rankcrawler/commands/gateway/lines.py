"""Prints rows of texts: a table on a terminal, otherwise lines with tabs."""

import sys
from collections.abc import Iterable, Sequence

from rankcrawler.commands.printing.tables import cells, console, grid
from rankcrawler.commands.printing.text import plain


def print_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the rows; the header is for a table alone."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(map(plain, row)).rstrip("\t"))
        return
    table = grid()
    for number, name in enumerate(header):
        table.add_column(name, no_wrap=number == 0)
    for row in rows:
        table.add_row(*cells(row))
    console().print(table)
