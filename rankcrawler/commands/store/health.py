"""`rooms` and `coverage`: how fresh rooms are, and how well they were polled."""

import argparse
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rankcrawler import durations
from rankcrawler.commands import values
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.commands.store.asking import Part, Question, add_choice, add_time, duration, when
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.rooms import Coverage as CoverageAnswer
from rankcrawler.insight.rooms import CoverageRow, FailureRow, Failures, RoomRow
from rankcrawler.insight.rooms import Rooms as RoomsAnswer
from rankcrawler.language import counted, marked, tr


class Rooms(Question):
    """Prints rooms, and how fresh they are."""

    name = "rooms"
    help = marked("Print every room: its last list, its last poll, and whether it is stale")
    example = "rooms --stale 2min"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms."""
        stale = tr("only rooms without a list for so long (without a duration: for two of their intervals)")
        parser.add_argument("--stale", type=duration, nargs="?", const=True, metavar="DURATION", help=stale)
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> RoomsAnswer:
        """The rooms."""
        return store.rooms(stale=given.stale or False, kind=given.kind, source=given.source)

    def parts(self, found: RoomsAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each room."""
        yield rooms(found, zone)


class Coverage(Question):
    """Prints how rooms were polled."""

    name = "coverage"
    help = marked("Print how many polls were due, made, failed and missed, by room, or why polls failed")
    example = "coverage --since yesterday --failures"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which room, and when."""
        of = tr("the room (default: all)")
        parser.add_argument("room", type=values.identifier, nargs="?", metavar="ROOM_ID", help=of)
        add_time(parser, tr("today"))
        why = tr("instead, why polls failed: the reasons, the most frequent first")
        parser.add_argument("--failures", action="store_true", help=why)
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> CoverageAnswer | Failures:
        """The polls."""
        ask = store.failures if given.failures else store.coverage
        return ask(given.room, given.since, given.until, kind=given.kind, source=given.source)

    def parts(self, found: CoverageAnswer | Failures, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each room, or for each reason."""
        yield failures(found, zone) if isinstance(found, Failures) else coverage(found, zone)


def rooms(found: RoomsAnswer, zone: ZoneInfo) -> Table[RoomRow]:
    """Rooms as a table."""
    columns = (
        Column[RoomRow](marked("room"), lambda row: row.room_id, 1),
        Column[RoomRow](marked("last list"), lambda row: when(row.captured_at, zone), 3),
        Column[RoomRow](marked("age"), _age, 2, is_number=True),
        Column[RoomRow](marked("stale"), lambda row: tr("stale") if row.is_stale else "", 4),
        Column[RoomRow](marked("rows"), lambda row: number(row.row_count), 6, is_number=True),
        Column[RoomRow](marked("audience"), lambda row: number(row.audience), 7, is_number=True),
        Column[RoomRow](marked("every"), _every, 8, is_number=True),
        Column[RoomRow](marked("last poll"), lambda row: when(row.last_polled_at, zone), 9),
        Column[RoomRow](marked("outcome"), lambda row: row.last_outcome, 5),
        Column[RoomRow](marked("ended"), lambda row: when(row.ended_at, zone), 10),
        Column[RoomRow](marked("anchor"), lambda row: row.anchor_id or "", 11),
        Column[RoomRow](marked("reason"), lambda row: row.last_reason or "", is_long=True),
    )
    note = counted("{number} room is stale", "{number} rooms are stale", found.stale)
    return Table(columns, found.rows, note=note)


def coverage(found: CoverageAnswer, zone: ZoneInfo) -> Table[CoverageRow]:
    """How rooms were polled, as a table."""
    columns = (
        Column[CoverageRow](marked("room"), lambda row: row.room_id, 1),
        Column[CoverageRow](marked("due"), lambda row: number(row.due), 3, is_number=True),
        Column[CoverageRow](marked("polls"), lambda row: number(row.polls), 2, is_number=True),
        Column[CoverageRow](marked("failed"), lambda row: number(row.failed), 4, is_number=True),
        Column[CoverageRow](marked("missed"), lambda row: number(row.missed), 5, is_number=True),
        Column[CoverageRow](marked("overdue"), lambda row: number(row.overdue), 6, is_number=True),
        Column[CoverageRow](marked("withheld"), lambda row: number(row.withheld or None), 8, is_number=True),
        Column[CoverageRow](marked("longest gap"), _gap, 7, is_number=True),
        Column[CoverageRow](marked("last poll"), lambda row: when(row.last_polled_at, zone), 9),
        Column[CoverageRow](marked("source"), lambda row: row.source, 10),
    )
    return Table(columns, found.rows, _title(found, zone), "" if found.rows else tr("no polls"))


def failures(found: Failures, zone: ZoneInfo) -> Table[FailureRow]:
    """Why polls failed, as a table."""
    columns = (
        Column[FailureRow](marked("polls"), lambda row: number(row.polls), 1, is_number=True),
        Column[FailureRow](marked("rooms"), lambda row: number(row.rooms), 2, is_number=True),
        Column[FailureRow](marked("action"), lambda row: row.action, 4),
        Column[FailureRow](marked("first"), lambda row: when(row.first_at, zone), 5),
        Column[FailureRow](marked("last"), lambda row: when(row.last_at, zone), 3),
        Column[FailureRow](marked("reason"), lambda row: row.reason, is_long=True),
    )
    return Table(columns, found.rows, _title(found, zone), "" if found.rows else tr("no poll failed"))


def _title(found: CoverageAnswer | Failures, zone: ZoneInfo) -> str:
    until = when(found.until_at, zone) or tr("now")
    return tr("From {since} to {until}", since=when(found.since_at, zone), until=until)


def _age(row: RoomRow) -> str:
    return "" if row.age_seconds is None else durations.text(max(row.age_seconds, 0))


def _every(row: RoomRow) -> str:
    if row.every_max is not None:
        return f"{row.every or 0:g}–{row.every_max:g}"
    return "" if row.every is None else f"{row.every:g}"


def _gap(row: CoverageRow) -> str:
    return "" if row.longest_gap is None else durations.text(row.longest_gap)
