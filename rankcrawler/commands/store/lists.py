"""`show` and `course`: a room's list, and how the room went."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rankcrawler import durations
from rankcrawler.commands import values
from rankcrawler.commands.arguments import TIMES
from rankcrawler.commands.moments import moment
from rankcrawler.commands.printing import ranks
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.commands.printing.wrapping import cut
from rankcrawler.commands.store import certainty
from rankcrawler.commands.store.asking import (
    Part,
    Question,
    add_choice,
    add_room,
    add_time,
    age_or_moment,
    duration,
    source_of,
    when,
)
from rankcrawler.insight.answers import Contributor
from rankcrawler.insight.course import Course as CourseAnswer
from rankcrawler.insight.course import CoursePoint
from rankcrawler.insight.current import CurrentList, LeftRow, ListRow
from rankcrawler.insight.questions import Questions
from rankcrawler.language import counted, marked, tr
from rankcrawler.moments import FORMS

_HEADING = 12
"""Columns of the screen that a nickname in a heading takes, at most."""
_LAST = marked("the one that served the room last")


class Show(Question):
    """Prints the list of a room."""

    name = "show"
    help = marked("Print a room's list, now or at a moment, and who moved since an earlier one")
    example = "show 6994259511469247263 --vs 5min --level 30"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which list, and which of its rows."""
        add_room(parser)
        at = tr("the list of this moment; {times} (default: now)", times=tr(TIMES, forms=tr(FORMS)))
        parser.add_argument("--at", type=moment, metavar="TIME", help=at)
        vs = tr("compare with the list of this moment; an age is one before the list's")
        parser.add_argument("--vs", type=age_or_moment, metavar="TIME", help=vs)
        level = tr("only contributors of at least this spending level")
        parser.add_argument("--level", type=values.whole(0, 1000), metavar="N", help=level)
        parser.add_argument("--fans-club", action="store_true", help=tr("only members of the fan club"))
        new = tr("only contributors who were not in the earlier list (that of --vs, or of five minutes before)")
        parser.add_argument("--new", action="store_true", help=new)
        add_choice(parser, tr(_LAST))

    def ask(self, store: Questions, given: argparse.Namespace) -> CurrentList:
        """The list."""
        which = {"vs": given.vs, "level": given.level, "fans_club": given.fans_club, "new": given.new}
        of: dict[str, Any] = {**which, "kind": given.kind, "source": source_of(store, given)}
        return store.latest(given.room, **of) if given.at is None else store.at(given.room, given.at, **of)

    def parts(self, found: CurrentList, zone: ZoneInfo) -> Iterator[Part]:
        """The list, and who left it."""
        yield current(found, zone)
        if found.left:
            yield Table(_LEFT, found.left, tr("Left since then"))


class Course(Question):
    """Prints how a room went."""

    name = "course"
    help = marked("Print how a room went: audience, coins a minute, and the scores of those who gave most")
    example = "course 6994259511469247263 --since 2h --every 5min"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which room, when, how often, and of how many contributors."""
        add_room(parser)
        add_time(parser, tr("the beginning"))
        every = tr("of each so many minutes, the last list: 5min, 1h (default: every list)")
        parser.add_argument("--every", type=duration, metavar="DURATION", help=every)
        top = tr("scores of so many contributors (default: %(default)s)")
        parser.add_argument("--top", type=values.whole(0, 100), default=5, metavar="N", help=top)
        add_choice(parser, tr(_LAST))

    def ask(self, store: Questions, given: argparse.Namespace) -> CourseAnswer:
        """The course."""
        of: dict[str, Any] = {"top": given.top, "every": given.every, "kind": given.kind}
        return store.course(given.room, given.since, given.until, **of, source=source_of(store, given))

    def parts(self, found: CourseAnswer, zone: ZoneInfo) -> Iterator[Part]:
        """A line for each list or step."""
        yield course(found, zone)


def current(found: CurrentList, zone: ZoneInfo) -> Table[ListRow]:
    """A room's list as a table."""
    facts = [tr("Room {room}", room=found.room_id)]
    facts.append(counted("{number} contributor", "{number} contributors", found.row_count))
    if found.total is not None:
        facts.append(tr("audience {number:,}", number=found.total))
    if found.age_seconds is not None:
        facts.append(tr("{span} ago", span=durations.text(max(found.age_seconds, 0))))
    lines = [" · ".join(facts), when(found.captured_at, zone)]
    if found.compared_at is not None:
        lines.append(tr("compared with the list of {moment}", moment=when(found.compared_at, zone)))
    shown = ""
    if len(found.rows) < found.row_count:
        shown = tr("{shown:,} of {rows:,} rows", shown=len(found.rows), rows=found.row_count)
    note = certainty.note(found.sure, zone, shown, certainty.spread(found.concentration), " ".join(found.flags))
    return Table(_LIST, found.rows, "\n".join(lines), note)


def course(found: CourseAnswer, zone: ZoneInfo) -> Table[CoursePoint]:
    """A room's course as a table, with a column for each contributor."""
    scores = [
        Column[CoursePoint](name, _score_at(place), 6 + place, is_number=True)
        for place, name in enumerate(_headings(found.contributors))
    ]
    columns = (
        Column[CoursePoint](marked("time"), lambda row: when(row.seen_at, zone), 1),
        Column[CoursePoint](marked("coins given"), lambda row: number(row.coins), 2, is_number=True),
        Column[CoursePoint](marked("coins a minute"), lambda row: _rate(row.coins_a_minute), 4, is_number=True),
        Column[CoursePoint](marked("coins in the list"), lambda row: number(row.total_score), 3, is_number=True),
        Column[CoursePoint](marked("audience"), lambda row: number(row.audience), 5, is_number=True),
        *scores,
    )
    title = tr("Room {room}, {coins:,} coins given", room=found.room_id, coins=found.coins)
    return Table(columns, found.rows, title, certainty.note(found.sure, zone))


def _headings(contributors: Sequence[Contributor]) -> list[str]:
    """The beginning of each nickname, or the id of one who has none, or the same as another."""
    names = [cut(each.nickname, _HEADING, "…") if each.nickname else each.user_id for each in contributors]
    ids = [each.user_id for each in contributors]
    return [user if names.count(name) > 1 else name for name, user in zip(names, ids, strict=True)]


def _score_at(place: int) -> Any:
    return lambda row: number(row.scores[place])


def _rate(coins: float | None) -> str:
    return "" if coins is None else f"{coins:,.0f}"


def _moved(row: ListRow) -> str:
    if row.moved == "new":
        return tr("new")
    if row.rank_before is None or row.rank_before == row.rank:
        return ""
    places = row.rank_before - row.rank
    return f"↑{places}" if places > 0 else f"↓{-places}"


_RANK, *_OTHERS = ranks.COLUMNS
_LIST: tuple[Column[ListRow], ...] = (
    _RANK,
    Column(marked("moved"), _moved, 3),
    Column(marked("coins given"), lambda row: f"+{row.coins:,}" if row.coins else "", 2, is_number=True),
    *_OTHERS,
)
_LEFT: tuple[Column[LeftRow], ...] = (
    Column(marked("# before"), lambda row: str(row.rank_before), 2, is_number=True),
    Column(marked("nickname"), lambda row: row.nickname or "", 1, is_name=True),
    Column(marked("coins before"), lambda row: number(row.score_before), 4, is_number=True),
    Column(marked("coins given"), lambda row: number(row.coins), 5, is_number=True),
    Column(marked("user id"), lambda row: row.user_id, 3),
)
