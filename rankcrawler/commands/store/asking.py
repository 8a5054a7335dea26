"""What the subcommands share that ask the questions of insight: options, and the forms of an answer."""

import argparse
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import LAST_MS, ms
from rankcrawler.commands import values
from rankcrawler.commands.arguments import TIMES, add_json, add_kind, add_source
from rankcrawler.commands.ending import complain
from rankcrawler.commands.moments import moment
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Table
from rankcrawler.commands.printing.text import writable
from rankcrawler.commands.store import sources
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.insight import opening
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.csv_lines import csv_lines
from rankcrawler.insight.questions import Questions
from rankcrawler.language import tr
from rankcrawler.moments import FORMS

Part = Table[Any] | list[tuple[str, str]]
"""A part of what is printed: a table, or facts."""


class Question(StoreSubcommand):
    """A subcommand that asks one question, and prints the answer as tables, as JSON, or its rows as CSV."""

    @abstractmethod
    def ask(self, store: Questions, given: argparse.Namespace) -> Answer:
        """The answer; raises as the methods of Questions."""

    @abstractmethod
    def parts(self, found: Any, zone: ZoneInfo) -> Iterable[Part]:
        """What is printed for people, with times in a zone."""

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Ask, and print the answer; status 1 if damaged lists were left out."""
        with opening.opened(url, given.zone) as store:
            sources.check(store.records, given.source)
            found = self.ask(store, given)
        if given.json:
            show_json(found)
        elif given.csv:
            show_csv(found)
        else:
            _show(self.parts(found, given.zone))
        for each in found.sure.damaged:
            complain(each)
        return int(bool(found.sure.damaged))


def add_form(parser: argparse.ArgumentParser) -> None:
    """Declare `--json` and `--csv`."""
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--csv", action="store_true", help=tr("print the rows as CSV"))


def add_choice(parser: argparse.ArgumentParser, without_source: str) -> None:
    """Declare `--kind`, `--source` and the forms of the answer; call last, so that the help lists them last."""
    add_source(parser, without_source)
    add_kind(parser, tr("the kind of list"))
    add_form(parser)


def add_time(parser: argparse.ArgumentParser, without_since: str) -> None:
    """Declare `--since` and `--until`, which are None if they are not given."""
    since = tr(
        "from this moment on; {times} (default: {default})", times=tr(TIMES, forms=tr(FORMS)), default=without_since
    )
    parser.add_argument("--since", type=moment, metavar="TIME", help=since)
    parser.add_argument("--until", type=moment, metavar="TIME", help=tr("before this moment (default: now)"))


def add_room(parser: argparse.ArgumentParser) -> None:
    """Declare the room that a question is about."""
    parser.add_argument("room", type=values.identifier, metavar="ROOM_ID", help=tr("the room"))


def add_rooms(parser: argparse.ArgumentParser) -> None:
    """Declare `--room`, which limits a question to rooms."""
    only = tr("only these rooms (default: all)")
    parser.add_argument("--room", type=values.rooms, dest="rooms", metavar="ID[,ID…]", help=only)


def add_limit(parser: argparse.ArgumentParser, default: int, of: str) -> None:
    """Declare `--limit`; `of` says what is limited."""
    parser.add_argument("--limit", type=values.whole(1, 1_000_000), default=default, metavar="N", help=of)


def age_or_moment(text: str) -> str:
    """The type of a moment that may be an age before another; the question finds out when it is."""
    values.parsed_by(lambda each: moments.parsed(each, ZoneInfo("UTC"), LAST_MS))(text)
    return text


def duration(text: str) -> str:
    """The type of a duration, as the questions take it."""
    values.parsed_by(moments.duration)(text)
    return text


def source_of(store: Questions, given: argparse.Namespace) -> str | None:
    """The gateway that answers a question about one room; says which others are left out."""
    known = store.records.sources_of_room(given.room, given.kind)
    return sources.pick(known, given.source, tr("room {room}", room=given.room)) or given.source


def when(moment_: str | None, zone: ZoneInfo) -> str:
    """A moment of an answer, in a zone; empty for None."""
    return "" if moment_ is None else moments.shown(ms(moment_), zone)


def show_csv(found: Answer) -> None:
    """Print the rows of an answer as CSV."""
    encoding = Screen.stdout().encoding
    for line in csv_lines(found):
        print(writable(line, encoding))


def _show(parts: Iterable[Part]) -> None:
    screen = Screen.stdout()
    for number, part in enumerate(parts):
        if number:
            print()
        show_lines(part.lines(screen) if isinstance(part, Table) else facts.lines(part, screen))
