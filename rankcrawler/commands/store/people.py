"""`user`, `search` and `shared`: contributors, by id, by name, and by the rooms where they were."""

import argparse
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_source
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.commands.store import certainty, sources
from rankcrawler.commands.store.asking import (
    Part,
    Question,
    add_choice,
    add_form,
    add_limit,
    add_time,
    when,
)
from rankcrawler.insight.people import Found, FoundRow, Hour, Name, Person, StayRow
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.shared import RoomShare, SharedRow
from rankcrawler.insight.shared import Shared as SharedAnswer
from rankcrawler.language import counted, marked, tr

_HOURS = 24
"""Hours that are printed: the latest in which something was given."""
_FOUND_BY = {
    "id": marked("id"),
    "handle": marked("handle"),
    "nickname": marked("nickname"),
    "part": marked("a part of a name"),
}


class User(Question):
    """Prints one contributor."""

    name = "user"
    help = marked("Print a contributor's profile, names, coins by hour, and the rooms where they were listed")
    example = "user 98765432109"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which contributor. Any text is an id, because pseudonyms are no numbers."""
        parser.add_argument("user_id", metavar="USER_ID", help=tr("as in the column user_id"))
        add_limit(parser, 1000, tr("at most so many times in rooms, the latest (default: %(default)s)"))
        add_source(parser, tr("the one that listed them last"))
        add_form(parser)

    def ask(self, store: Questions, given: argparse.Namespace) -> Person:
        """The contributor."""
        known = store.records.sources_of_contributor(given.user_id)
        source = sources.pick(known, given.source, tr("contributor {user}", user=given.user_id))
        return store.contributor(given.user_id, source=source or given.source, limit=given.limit)

    def parts(self, found: Person, zone: ZoneInfo) -> Iterator[Part]:
        """The profile, the names, the latest hours and the rooms."""
        yield profile(found, zone)
        if len(found.names) > 1:
            yield names(found.names, zone)
        if found.hours:
            yield hours(found.hours[-_HOURS:], zone)
        yield stays(found.rows, zone)


class Search(Question):
    """Finds contributors."""

    name = "search"
    help = marked("Find contributors by a part of a nickname or handle that they have or had, or by their id")
    example = "search 小鱼"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the text."""
        parser.add_argument("text", metavar="NAME", help=tr("an id, or a part of a nickname or handle"))
        add_limit(parser, 50, tr("at most so many contributors (default: %(default)s)"))
        add_source(parser, tr("all"))
        add_form(parser)

    def ask(self, store: Questions, given: argparse.Namespace) -> Found:
        """Whom it fits."""
        return store.search(given.text, source=given.source, limit=given.limit)

    def parts(self, found: Found, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each contributor."""
        yield found_contributors(found, zone)


class Shared(Question):
    """Prints who was in several rooms."""

    name = "shared"
    help = marked("Print which contributors were in several rooms, of all or of those that are named")
    example = "shared 6994259511469247263 7269635433430358144"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms, how many, and when."""
        every = tr("the rooms to compare (default: all)")
        parser.add_argument("room_ids", type=values.identifier, nargs="*", metavar="ROOM_ID", help=every)
        least = tr("contributors who were in at least N of them (default: all that are named, or two)")
        parser.add_argument("--rooms", type=values.whole(1, 1_000_000), dest="least", metavar="N", help=least)
        add_time(parser, tr("the beginning"))
        add_limit(parser, 50, tr("at most so many contributors (default: %(default)s)"))
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> SharedAnswer:
        """Whom they share."""
        time = {"since": given.since, "until": given.until}
        of = {"kind": given.kind, "source": given.source}
        return store.shared(*given.room_ids, least=given.least, **time, limit=given.limit, **of)

    def parts(self, found: SharedAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """The rooms that were named, and a line for each contributor."""
        if found.compared:
            yield Table(_SHARES, found.compared)
        yield shared(found, zone)


def profile(found: Person, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The facts of a contributor."""
    facts = (
        (marked("source"), found.source),
        (marked("user_id"), found.user_id),
        (marked("display_id"), found.display_id),
        (marked("sec_uid"), found.sec_uid),
        (marked("nickname"), found.nickname),
        (marked("gender"), found.gender),
        (marked("avatar_url"), found.avatar_url),
        (marked("first_seen"), when(found.first_seen_at, zone)),
        (marked("last_seen"), when(found.last_seen_at, zone)),
        (marked("rooms"), number(found.sessions)),
        (marked("coins given"), number(found.coins)),
    )
    return [(tr(name), "" if value is None else str(value)) for name, value in facts]


def stays(rows: tuple[StayRow, ...], zone: ZoneInfo) -> Table[StayRow]:
    """The rooms where a contributor was listed, as a table."""
    columns = (
        Column[StayRow](marked("room"), lambda stay: stay.room_id, 1),
        Column[StayRow](marked("kind"), lambda stay: stay.kind, 7),
        Column[StayRow](marked("since"), lambda stay: when(stay.since_at, zone), 2),
        Column[StayRow](marked("until"), lambda stay: when(stay.until_at, zone), 3),
        Column[StayRow](marked("now"), lambda stay: tr("left") if stay.is_over else tr("there"), 4),
        Column[StayRow](marked("coins at first"), lambda stay: number(stay.first_score), 6, is_number=True),
        Column[StayRow](marked("coins at last"), lambda stay: number(stay.last_score), 5, is_number=True),
    )
    return Table(columns, rows)


def names(rows: tuple[Name, ...], zone: ZoneInfo) -> Table[Name]:
    """The names that a contributor had, as a table."""
    columns = (
        Column[Name](marked("nickname"), lambda name: name.nickname or "", 1, is_name=True),
        Column[Name](marked("handle"), lambda name: name.display_id or "", 2),
        Column[Name](marked("since"), lambda name: when(name.since_at, zone), 3),
        Column[Name](marked("until"), lambda name: tr("now") if name.is_present else when(name.until_at, zone), 4),
    )
    return Table(columns, rows, tr("Names"))


def hours(rows: tuple[Hour, ...], zone: ZoneInfo) -> Table[Hour]:
    """The hours in which a contributor gave something, as a table."""
    columns = (
        Column[Hour](marked("hour"), lambda hour: when(hour.hour_at, zone), 1),
        Column[Hour](marked("kind"), lambda hour: hour.kind, 4),
        Column[Hour](marked("coins given"), lambda hour: number(hour.coins), 2, is_number=True),
        Column[Hour](marked("coins at most"), lambda hour: number(_most(hour)), 3, is_number=True),
    )
    return Table(columns, rows, tr("The latest hours in which something was given"))


def found_contributors(found: Found, zone: ZoneInfo) -> Table[FoundRow]:
    """Contributors who were found, as a table."""
    columns = (
        Column[FoundRow](marked("user id"), lambda row: row.user_id, 1),
        Column[FoundRow](marked("nickname"), lambda row: row.nickname or "", 2, is_name=True),
        Column[FoundRow](marked("handle"), lambda row: row.display_id or "", 3),
        Column[FoundRow](marked("found by"), lambda row: tr(_FOUND_BY[row.found_by]), 5),
        Column[FoundRow](marked("once called"), lambda row: row.former or "", 4),
        Column[FoundRow](marked("first seen"), lambda row: when(row.first_seen_at, zone), 6),
    )
    nothing = "" if found.rows else tr("no contributor has or had such a name or id")
    return Table(columns, found.rows, note=nothing)


def shared(found: SharedAnswer, zone: ZoneInfo) -> Table[SharedRow]:
    """Contributors in several rooms, as a table."""
    title = counted("In {number} room or more", "In {number} rooms or more", found.least)
    nothing = "" if found.rows else tr("no contributors")
    return Table(_SHARED, found.rows, title, certainty.note(found.sure, zone, nothing))


def _most(hour: Hour) -> int | None:
    return None if hour.unseen is None else hour.coins + hour.unseen


def _in_rooms(row: SharedRow) -> str:
    return ", ".join(f"{each.room_id}: {number(each.score) or '?'}" for each in row.in_rooms)


_SHARED: tuple[Column[SharedRow], ...] = (
    Column(marked("rooms"), lambda row: number(row.rooms), 2, is_number=True),
    Column(marked("coins"), lambda row: number(row.coins), 3, is_number=True),
    Column(marked("nickname"), lambda row: row.nickname or "", 4, is_name=True),
    Column(marked("user id"), lambda row: row.user_id, 1),
    Column(marked("coins by room"), _in_rooms, is_long=True),
)
_SHARES: tuple[Column[RoomShare], ...] = (
    Column(marked("room"), lambda row: row.room_id, 1),
    Column(marked("contributors"), lambda row: number(row.contributors), 2, is_number=True),
    Column(marked("shared"), lambda row: number(row.shared), 3, is_number=True),
    Column(marked("source"), lambda row: row.source, 4),
)
