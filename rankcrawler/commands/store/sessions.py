"""`sessions`: the sessions of an anchor, or rooms, side by side from their starts."""

import argparse
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rankcrawler import durations
from rankcrawler.commands import values
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.commands.store import certainty
from rankcrawler.commands.store.asking import Part, Question, add_choice, add_limit, duration, when
from rankcrawler.errors import SettingError
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.sessions import SessionRow
from rankcrawler.insight.sessions import Sessions as SessionsAnswer
from rankcrawler.language import marked, tr

_Line = tuple[float, dict[str, int]]
"""An elapsed time in seconds, and the coins of each session until then."""


class Sessions(Question):
    """Prints sessions side by side."""

    name = "sessions"
    help = marked("Print the sessions of an anchor, or rooms, side by side from their starts")
    example = "sessions 71000000001 --every 10min"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare whose sessions, and the step."""
        whose = tr("the anchor's user id")
        parser.add_argument("anchor", type=values.identifier, nargs="?", metavar="ANCHOR", help=whose)
        instead = tr("instead of an anchor's, these rooms")
        parser.add_argument("--room", type=values.rooms, dest="rooms", metavar="ID,ID…", help=instead)
        step = tr("compare after each so many minutes (default: %(default)s)")
        parser.add_argument("--every", type=duration, default="5min", metavar="DURATION", help=step)
        add_limit(parser, 10, tr("at most so many sessions, the latest (default: %(default)s)"))
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> SessionsAnswer:
        """The sessions."""
        if (given.anchor is None) == (given.rooms is None):
            raise SettingError(tr("expected the id of an anchor, or rooms with --room"))
        of = {"every": given.every, "kind": given.kind, "source": given.source}
        if given.anchor is None:
            return store.compare(*given.rooms, **of)
        return store.sessions(given.anchor, limit=given.limit, **of)

    def parts(self, found: SessionsAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each session, and one for each step."""
        yield sessions(found, zone)
        yield aligned(found)


def sessions(found: SessionsAnswer, zone: ZoneInfo) -> Table[SessionRow]:
    """Sessions as a table."""
    columns = (
        Column[SessionRow](marked("room"), lambda row: row.room_id, 1),
        Column[SessionRow](marked("since"), lambda row: when(row.since_at, zone), 2),
        Column[SessionRow](marked("length"), lambda row: durations.text(row.seconds), 3, is_number=True),
        Column[SessionRow](marked("coins in the list"), lambda row: number(row.total_score), 4, is_number=True),
        Column[SessionRow](marked("coins given"), lambda row: number(row.coins), 5, is_number=True),
        Column[SessionRow](marked("contributors"), lambda row: number(row.contributors), 6, is_number=True),
        Column[SessionRow](marked("largest audience"), lambda row: number(row.audience), 7, is_number=True),
    )
    return Table(columns, found.rows, note=certainty.note(found.sure, zone))


def aligned(found: SessionsAnswer) -> Table[_Line]:
    """Coins given since the start, as a table with a column for each session."""
    lines: dict[float, dict[str, int]] = {}
    for point in found.points:
        lines.setdefault(point.elapsed_seconds, {})[point.room_id] = point.coins
    columns = [
        Column[_Line](row.room_id, lambda line, room=row.room_id: number(line[1].get(room)), place, is_number=True)  # type: ignore[misc]
        for place, row in enumerate(found.rows, start=2)
    ]
    after = Column[_Line](marked("after"), lambda line: durations.text(line[0]), 1, is_number=True)
    return Table([after, *columns], [*lines.items()], tr("Coins given since the start"))
