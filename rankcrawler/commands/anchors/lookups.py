"""`list` and `show`: print the anchors that are followed, and change nothing."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from rankcrawler.clock import iso
from rankcrawler.commands import values
from rankcrawler.commands.anchors.names import add_anchors, names, opened
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session, report
from rankcrawler.language import marked, tr
from rankcrawler.queue.anchor_queue import Following

_NAMES = {
    "anchor": marked("anchor"),
    "state": marked("state"),
    "room_id": marked("room_id"),
    "title": marked("title"),
    "nickname": marked("nickname"),
    "begun_at": marked("begun_at"),
    "looked_at": marked("looked_at"),
    "due": marked("due"),
    "check_every": marked("check_every"),
    "every": marked("every"),
    "every_max": marked("every_max"),
    "priority": marked("priority"),
    "attempts": marked("attempts"),
    "reason": marked("reason"),
}
"""The name of each field of an anchor."""


class List(RoomsSubcommand):
    """Prints the anchors in one state, or all."""

    name = "list"
    help = marked("List the anchors: whether they are live, in which room, and when they were looked up")
    example = "list --live"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which anchors are listed, and how."""
        parser.add_argument("--live", action="store_true", help=tr("only those who are live"))
        parser.add_argument("--limit", type=values.whole(1), metavar="N", help=tr("at most so many (default: all)"))
        add_json(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the anchors: a table on a terminal, otherwise lines with tabs."""
        found = [each async for each in opened(session).every() if not given.live or each.known.room_id is not None]
        shown, screen = found[: given.limit], Screen.stdout()
        if given.json:
            for each in shown:
                show_json(fields(each))
        elif screen.width is None:
            for each in shown:
                print("\t".join(screen.text(cell(each)) for cell in _CELLS.values()))
        else:
            show_lines(Table(_COLUMNS, shown, note="" if shown else tr("no anchors")).lines(screen))
        return 0


class Show(RoomsSubcommand):
    """Prints single anchors."""

    name = "show"
    help = marked("Print everything that the queue knows about an anchor")
    example = "show uid=98204909466"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which anchors are shown, and how."""
        add_anchors(parser)
        add_json(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the anchors that are there; status 1 if any is not."""
        asked = names(given.anchors)
        found = await opened(session).find(asked)
        _show([each for each in found if each is not None], as_json=given.json)
        return report(asked, found, marked("anchor {room} is not in the queue"))


def state(of: Following) -> str:
    """What an anchor is: live, offline, unknown, paused, new before the first look, or dead."""
    if of.plan.is_paused:
        return "paused"
    if of.place.died is not None:
        return of.place.state
    if of.place.attempts:
        return "unknown"
    return of.known.state.value if of.known.looked_ms else "new"


def fields(of: Following) -> dict[str, Any]:
    """Everything known about an anchor, but what is not there."""
    known, place, schedule = of.known, of.place, of.plan.schedule
    everything = {
        "anchor": of.anchor.name,
        "state": state(of),
        "room_id": known.room_id,
        "title": known.title,
        "nickname": known.nickname,
        "begun_at": _time(known.begun_ms),
        "looked_at": _time(known.looked_ms or None),
        "due": _time(place.due),
        "check_every": place.schedule.every,
        "every": schedule.every,
        "every_max": schedule.every_max,
        "priority": schedule.priority,
        "attempts": place.attempts or None,
        "reason": _reason(of) or None,
    }
    return {name: value for name, value in everything.items() if value is not None}


def _show(found: Sequence[Following], *, as_json: bool) -> None:
    for number, each in enumerate(found):
        if as_json:
            show_json(fields(each))
            continue
        if number:
            print()
        shown = ((tr(_NAMES[name]), str(value)) for name, value in fields(each).items())
        show_lines(facts.lines(shown, Screen.stdout()))


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)


def _reason(of: Following) -> str:
    """Why an anchor is dead, or why the last look said nothing."""
    return of.place.reason or (of.place.last or "" if of.place.attempts else "")


_CELLS: dict[str, Callable[[Following], str]] = {
    marked("anchor"): lambda of: of.anchor.name,
    marked("state"): state,
    marked("room"): lambda of: of.known.room_id or "",
    marked("since"): lambda of: _time(of.known.begun_ms) or "",
    marked("nickname"): lambda of: of.known.nickname or "",
    marked("title"): lambda of: of.known.title or "",
    marked("looked up"): lambda of: _time(of.known.looked_ms or None) or "",
    marked("check every"): lambda of: f"{of.place.schedule.every or 0:g}",
    marked("every"): lambda of: f"{of.plan.schedule.every or 0:g}",
    marked("reason"): _reason,
}
"""What stands in a line with tabs, the same for every anchor."""
_IMPORTANCE = (1, 2, 3, 5, 4, 6, 7, 8, 9, 0)
_COLUMNS: tuple[Column[Following], ...] = tuple(
    Column(name, cell, importance, is_name=name in ("nickname", "title"), is_long=name == "reason")
    for (name, cell), importance in zip(_CELLS.items(), _IMPORTANCE, strict=True)
)
