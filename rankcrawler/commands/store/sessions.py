"""`sessions`: from when to when an anchor was live, in which rooms, and what each session brought, side by side."""

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
from rankcrawler.queue import anchor_job

_Line = tuple[float, dict[str, int]]
"""An elapsed time in seconds, and the coins of each session until then."""


class Sessions(Question):
    """Prints sessions side by side."""

    name = "sessions"
    help = marked("Print when an anchor was live, in which rooms, how that is known, and the sessions side by side")
    example = "sessions uid=98204909466 --every 10min"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare whose sessions, and the step."""
        whose = tr(anchor_job.FORMS)
        parser.add_argument("anchor", type=values.parsed_by(_anchor), nargs="?", metavar="ANCHOR", help=whose)
        instead = tr("instead of an anchor's, these rooms")
        parser.add_argument("--room", type=values.rooms, dest="rooms", metavar="ID,ID…", help=instead)
        step = tr("compare after each so many minutes (default: %(default)s)")
        parser.add_argument("--every", type=duration, default="5min", metavar="DURATION", help=step)
        add_limit(parser, 10, tr("at most so many sessions, the latest (default: %(default)s)"))
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> SessionsAnswer:
        """The sessions."""
        if (given.anchor is None) == (given.rooms is None):
            raise SettingError(tr("expected an anchor, or rooms with --room"))
        of = {"every": given.every, "kind": given.kind, "source": given.source}
        if given.anchor is None:
            return store.compare(*given.rooms, **of)
        return store.sessions(given.anchor, limit=given.limit, **of)

    def parts(self, found: SessionsAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each session, and one for each step."""
        yield sessions(found, zone)
        if found.points:
            yield aligned(found)


def _anchor(text: str) -> str:
    return anchor_job.parse(text).anchor.name


def sessions(found: SessionsAnswer, zone: ZoneInfo) -> Table[SessionRow]:
    """Sessions as a table."""
    return Table(columns(zone), found.rows, note=certainty.note(found.sure, zone))


def columns(zone: ZoneInfo) -> tuple[Column[SessionRow], ...]:
    """The columns of sessions, with times in a zone."""
    return (
        Column[SessionRow](marked("anchor"), lambda row: row.anchor or "", 11),
        Column[SessionRow](marked("room"), lambda row: row.room_id, 1),
        Column[SessionRow](marked("begun"), lambda row: when(row.begun_at or row.since_at, zone), 2),
        Column[SessionRow](marked("known by"), lambda row: row.begun_by or "", 9),
        Column[SessionRow](marked("ended"), lambda row: _ended(row, zone), 3),
        Column[SessionRow](marked("known by"), lambda row: row.ended_by or "", 10),
        Column[SessionRow](marked("length of lists"), _length, 4, is_number=True),
        Column[SessionRow](marked("coins in the list"), lambda row: number(row.total_score), 5, is_number=True),
        Column[SessionRow](marked("coins given"), lambda row: number(row.coins), 6, is_number=True),
        Column[SessionRow](marked("contributors"), lambda row: number(row.contributors), 7, is_number=True),
        Column[SessionRow](marked("largest audience"), lambda row: number(row.audience), 8, is_number=True),
        Column[SessionRow](marked("title"), lambda row: row.title or "", 12, is_name=True),
    )


def _ended(row: SessionRow, zone: ZoneInfo) -> str:
    if row.begun_at is not None and row.ended_at is None:
        return tr("on air")
    return when(row.ended_at, zone)


def _length(row: SessionRow) -> str:
    return "" if row.seconds is None else durations.text(row.seconds)


def aligned(found: SessionsAnswer) -> Table[_Line]:
    """Coins given since the start, as a table with a column for each session."""
    lines: dict[float, dict[str, int]] = {}
    for point in found.points:
        lines.setdefault(point.elapsed_seconds, {})[point.room_id] = point.coins
    columns = [
        Column[_Line](row.room_id, lambda line, room=row.room_id: number(line[1].get(room)), place, is_number=True)  # type: ignore[misc]
        for place, row in enumerate((row for row in found.rows if row.since_at), start=2)
    ]
    after = Column[_Line](marked("after"), lambda line: durations.text(line[0]), 1, is_number=True)
    return Table([after, *columns], [*lines.items()], tr("Coins given since the start"))
