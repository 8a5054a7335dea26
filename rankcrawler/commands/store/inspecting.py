"""`sql` and `grant`: ask in SQL, and let other programs ask."""

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.printing.screen import Screen
from rankcrawler.commands.printing.text import escaped, writable
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.language import marked, tr
from rankcrawler.store import inspection
from rankcrawler.store.inspection import Answer


class Sql(StoreSubcommand):
    """Prints what a query returns."""

    name = "sql"
    help = marked("Run a query on the views that docs/views.md describes; it changes nothing")
    example = 'sql "SELECT room_id, age_seconds FROM room_status"'

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the query, its time limit and the form of the answer."""
        parser.add_argument("query", metavar="QUERY", help=tr("a statement that begins with SELECT or WITH"))
        limit = tr("seconds that the query may take (default: %(default)g)")
        parser.add_argument("--timeout", type=values.number(0.1, 86_400), default=30.0, metavar="SECONDS", help=limit)
        form = parser.add_mutually_exclusive_group()
        add_json(form)
        form.add_argument("--csv", action="store_true", help=tr("print CSV"))

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print a row for each record: a table on a terminal, lines with tabs in a pipe, CSV, or JSON Lines."""
        with inspection.asked(url, given.query, given.timeout) as answer:
            if given.json:
                lines = _as_json(answer)
            elif given.csv:
                lines = _as_csv(answer)
            elif sys.stdout.isatty():
                _print_table(answer)
                return 0
            else:
                lines = _as_text(answer)
            for line in lines:
                print(line)
        return 0


class Grant(StoreSubcommand):
    """Lets a user of the database read the views."""

    name = "grant"
    help = marked("Let a PostgreSQL user read the views and nothing else, as Grafana and Metabase should")
    example = "grant grafana --password-file grafana.password"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare who, and the password of a user that is made."""
        parser.add_argument("role", metavar="USER", help=tr("the user, who is created where there is none"))
        first_line = tr("a file with the user's password in its first line; without it, a new user has none")
        parser.add_argument("--password-file", type=Path, metavar="FILE", help=first_line)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Grant, and print what the user may do."""
        from rankcrawler.store import grants  # its driver takes 50 ms to import

        print(grants.grant(url, given.role, given.password_file))
        return 0


def _as_json(answer: Answer) -> Iterator[str]:
    for record in answer.records:
        fields = dict(zip(answer.names, map(inspection.plain, record), strict=True))
        yield escaped(msgspec.json.encode(fields), Screen.stdout().encoding)


def _as_csv(answer: Answer) -> Iterator[str]:
    rows = ([inspection.plain(value) for value in record] for record in answer.records)
    first = next(rows, None)  # SQLite knows the names when it has begun
    for row in (list(answer.names), *(() if first is None else (first,))):
        yield _csv_line(row)
    yield from map(_csv_line, rows)


def _csv_line(row: list[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row)
    return writable(line.getvalue(), Screen.stdout().encoding)


def _as_text(answer: Answer) -> Iterator[str]:
    rows = ("\t".join(map(_text, record)) for record in answer.records)
    first = next(rows, None)
    yield "\t".join(map(_text, answer.names))
    if first is not None:
        yield first
    yield from rows


def _print_table(answer: Answer) -> None:
    records = [[_text(value) for value in record] for record in answer.records]
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in answer.names:
        drawn.add_column(Text(_text(name)), overflow="fold")
    for record in records:
        drawn.add_row(*map(Text, record))
    Console().print(drawn)


def _text(value: object) -> str:
    return "" if value is None else Screen.stdout().text(str(inspection.plain(value)))
