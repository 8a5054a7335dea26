"""`top`, `gains` and `regulars`: who gave how much."""

import argparse
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import iso, ms
from rankcrawler.commands import values
from rankcrawler.commands.moments import moment
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.commands.store import certainty
from rankcrawler.commands.store.asking import (
    Part,
    Question,
    add_choice,
    add_limit,
    add_room,
    add_rooms,
    add_time,
    source_of,
    when,
)
from rankcrawler.errors import SettingError
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.regulars import STATES, RegularRow, State
from rankcrawler.insight.regulars import Regulars as RegularsAnswer
from rankcrawler.insight.room_gains import GainRow, RoomGains
from rankcrawler.insight.top import Top as TopAnswer
from rankcrawler.insight.top import TopRow
from rankcrawler.insight.versus import Versus, VersusRow
from rankcrawler.language import marked, tr
from rankcrawler.store.days import HOUR_MS

_NEXT_DAY_MS = 30 * HOUR_MS
"""After the beginning of a day, this lies in the next one, also where clocks are set."""
_MARKS = {
    "entered": marked("entered"),
    "left": marked("left"),
    "reentered": marked("reentered"),
    "reset": marked("reset"),
}
_STATES: dict[State, str] = {
    "new": marked("new"),
    "returning": marked("returning"),
    "cooling": marked("cooling"),
    "gone": marked("gone"),
    "steady": marked("steady"),
}


class Top(Question):
    """Prints who gave most."""

    name = "top"
    help = marked("Print who gave most on a day or in any time, in all rooms or in some")
    example = "top --day yesterday --limit 20"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare when and where."""
        day = tr("a day in TIME_ZONE: today, yesterday, 2026-11-23 (default: today)")
        parser.add_argument("--day", type=moment, metavar="DAY", help=day)
        add_time(parser, tr("the beginning"))
        add_rooms(parser)
        add_limit(parser, 50, tr("at most so many contributors (default: %(default)s)"))
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> TopAnswer:
        """The first contributors."""
        since, until = _time(store, given)
        return store.top(since, until, rooms=given.rooms, limit=given.limit, kind=given.kind, source=given.source)

    def parts(self, found: TopAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each contributor."""
        yield top(found, zone)


class Gains(Question):
    """Prints what contributors gave in one room."""

    name = "gains"
    help = marked("Print who gave how much in a room, and what the polls may have missed")
    example = "gains 6994259511469247263 --since 24h"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which room, and when."""
        add_room(parser)
        add_time(parser, tr("the beginning"))
        other = tr("another room, such as that of the session before: shows what contributors gave in both")
        parser.add_argument("--vs", metavar="ROOM_ID", help=other)
        add_choice(parser, tr("the one that served the room last"))

    def ask(self, store: Questions, given: argparse.Namespace) -> RoomGains | Versus:
        """The gains."""
        of = {"kind": given.kind, "source": source_of(store, given)}
        if given.vs is None:
            return store.gains(given.room, given.since, given.until, **of)
        if given.since or given.until:
            raise SettingError(tr("--vs is about whole sessions: leave out --since and --until"))
        return store.versus(given.room, given.vs, **of)

    def parts(self, found: RoomGains | Versus, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each contributor who gave, entered or left; with another room, for each who gave."""
        yield gains(found, zone) if isinstance(found, RoomGains) else versus(found, zone)


class Regulars(Question):
    """Prints how giving changed."""

    name = "regulars"
    help = marked("Print who is new, came back, gives less or is gone, next to the time before")
    example = "regulars --since 7d --state gone,cooling"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare when, where, and which changes."""
        add_time(parser, tr("seven days ago"))
        add_rooms(parser)
        states = tr("only these changes: {names} (default: all but steady)", names=", ".join(STATES))
        parser.add_argument("--state", type=_states, default=STATES[:-1], metavar="STATE[,…]", help=states)
        add_limit(parser, 50, tr("at most so many contributors (default: %(default)s)"))
        add_choice(parser, tr("all"))

    def ask(self, store: Questions, given: argparse.Namespace) -> RegularsAnswer:
        """The changes."""
        of = {"kind": given.kind, "source": given.source}
        return store.regulars(given.since, given.until, rooms=given.rooms, states=given.state, limit=given.limit, **of)

    def parts(self, found: RegularsAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each contributor."""
        yield regulars(found, zone)


def top(found: TopAnswer, zone: ZoneInfo) -> Table[TopRow]:
    """Who gave most, as a table."""
    since = when(found.since_at, zone) or tr("the beginning")
    until = when(found.until_at, zone) or tr("now")
    title = tr("From {since} to {until}", since=since, until=until)
    nothing = "" if found.rows else tr("no coins were given in that time, as far as lists show")
    return Table(
        _TOP, found.rows, title, certainty.note(found.sure, zone, nothing, certainty.spread(found.concentration))
    )


def gains(found: RoomGains, zone: ZoneInfo) -> Table[GainRow]:
    """What each contributor gave in a room, as a table."""
    since, until = when(found.since_at, zone), when(found.until_at, zone)
    title = tr("Room {room}, from {since} to {until}", room=found.room_id, since=since, until=until)
    outside = ""
    if found.most_outside:
        outside = tr("Someone who is in none of the lists gave {most:,} coins at most", most=found.most_outside)
    note = certainty.note(found.sure, zone, certainty.spread(found.concentration), outside)
    return Table(_GAINS, found.rows, title, note)


def versus(found: Versus, zone: ZoneInfo) -> Table[VersusRow]:
    """What contributors gave in two rooms, as a table."""
    times = [when(each, zone) for each in (found.since_at, found.until_at, found.other_since_at, found.other_until_at)]
    title = tr(
        "Room {room}, from {since} to {until}, next to room {other}, from {other_since} to {other_until}",
        **dict(zip(("since", "until", "other_since", "other_until"), times, strict=True)),
        room=found.room_id,
        other=found.other_id,
    )
    return Table(_VERSUS, found.rows, title, certainty.note(found.sure, zone))


def regulars(found: RegularsAnswer, zone: ZoneInfo) -> Table[RegularRow]:
    """How giving changed, as a table."""
    title = tr(
        "From {since} to {until}, next to the time from {before}",
        since=when(found.since_at, zone),
        until=when(found.until_at, zone) or tr("now"),
        before=when(found.before_at, zone),
    )
    numbers = tr(", ").join(f"{tr(name)} {getattr(found, state):,}" for state, name in _STATES.items())
    first_seen = Column[RegularRow](marked("first seen"), lambda row: when(row.first_seen_at, zone), 6)
    return Table((*_REGULARS, first_seen), found.rows, title, certainty.note(found.sure, zone, numbers))


def _time(store: Questions, given: argparse.Namespace) -> tuple[str | None, str | None]:
    """When: the day that is given, or the time; today, if there is neither."""
    if given.day is not None and (given.since or given.until):
        raise SettingError(tr("--day is a time of its own: leave out --since and --until"))
    if given.day is None and (given.since or given.until):
        return given.since, given.until
    zone, now_ms = store.records.zone, store.records.now_ms()
    begins = moments.midnight(now_ms if given.day is None else ms(given.day), zone)
    ends = moments.midnight(begins + _NEXT_DAY_MS, zone)
    return iso(begins), iso(ends) if ends <= now_ms else None


def _states(text: str) -> list[str]:
    return [values.one_of(STATES)(each) for each in text.split(",")]


_TOP: tuple[Column[TopRow], ...] = (
    Column("#", lambda row: str(row.place), 1, is_number=True),
    Column(marked("coins given"), lambda row: number(row.coins), 2, is_number=True),
    Column(marked("coins at most"), lambda row: number(row.most), 5, is_number=True),
    Column(marked("nickname"), lambda row: row.nickname or "", 3, is_name=True),
    Column(marked("user id"), lambda row: row.user_id, 4),
    Column(marked("handle"), lambda row: row.display_id or "", 6),
)
_GAINS: tuple[Column[GainRow], ...] = (
    Column(marked("user id"), lambda row: row.user_id, 1),
    Column(marked("nickname"), lambda row: row.nickname or "", 3, is_name=True),
    Column(marked("coins given"), lambda row: number(row.coins), 2, is_number=True),
    Column(marked("coins at most"), lambda row: number(row.most), 4, is_number=True),
    Column(marked("coins at first"), lambda row: number(row.first_score), 7, is_number=True),
    Column(marked("coins at last"), lambda row: number(row.last_score), 6, is_number=True),
    Column(marked("in the list"), lambda row: tr(", ").join(tr(_MARKS[mark]) for mark in row.marks), 5),
)
_VERSUS: tuple[Column[VersusRow], ...] = (
    Column(marked("user id"), lambda row: row.user_id, 1),
    Column(marked("nickname"), lambda row: row.nickname or "", 4, is_name=True),
    Column(marked("coins given"), lambda row: number(row.coins), 2, is_number=True),
    Column(marked("coins at most"), lambda row: number(row.most), 6, is_number=True),
    Column(marked("in the other room"), lambda row: number(row.coins_there), 3, is_number=True),
    Column(marked("there at most"), lambda row: number(row.most_there), 7, is_number=True),
    Column(marked("change"), lambda row: f"{row.coins - row.coins_there:+,}", 5, is_number=True),
)
_REGULARS: tuple[Column[RegularRow], ...] = (
    Column(marked("change"), lambda row: tr(_STATES[row.state]), 1),
    Column(marked("coins given"), lambda row: number(row.coins), 2, is_number=True),
    Column(marked("coins before"), lambda row: number(row.coins_before), 3, is_number=True),
    Column(marked("nickname"), lambda row: row.nickname or "", 4, is_name=True),
    Column(marked("user id"), lambda row: row.user_id, 5),
)
