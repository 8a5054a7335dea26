"""Prints rooms: a table on a terminal, otherwise lines with tabs, both with times in a zone; or JSON Lines."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table
from rankcrawler.language import marked, tr
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.roster import Room

_TIMES = ("due", "expires", "died", "failing_since")
_NAMES = {
    "room_id": marked("room_id"),
    "state": marked("state"),
    "due": marked("due"),
    "attempts": marked("attempts"),
    "every": marked("every"),
    "every_max": marked("every_max"),
    "priority": marked("priority"),
    "anchor_id": marked("anchor_id"),
    "worker": marked("worker"),
    "expires": marked("expires"),
    "pushed_again": marked("pushed_again"),
    "died": marked("died"),
    "reason": marked("reason"),
    "raw": marked("raw"),
    "interval": marked("interval"),
    "failing_since": marked("failing_since"),
    "last": marked("last"),
}
"""The name of each field of a room."""
_KEPT = ("changed", "unchanged")
"""What `last` is if the last poll brought a list."""


class Listing:
    """Prints each room as it comes; on a terminal close() draws the table, once it knows the widths."""

    def __init__(self, zone: ZoneInfo, *, as_json: bool) -> None:
        self._zone = zone
        self._as_json = as_json
        self._screen = Screen.stdout()
        self._rooms: list[Room] = []

    def add(self, room: Room) -> None:
        """Print the room, or add it to the table."""
        if self._as_json:
            show_json(room.fields())
        elif self._screen.width is None:
            print("\t".join(map(self._screen.text, _fields(room, self._zone))))
        else:
            self._rooms.append(room)

    def close(self) -> None:
        """Draw the table, if there is one."""
        if self._screen.width is not None and not self._as_json:
            show_lines(table(self._rooms, self._zone).lines(self._screen))


def table(rooms: Sequence[Room], zone: ZoneInfo) -> Table[Room]:
    """The rooms as a table."""
    return Table(_columns(zone), rooms, note="" if rooms else tr("no rooms"))


def show(rooms: Sequence[Room], zone: ZoneInfo, *, as_json: bool) -> None:
    """Print everything known about each room: a line for each fact, and an empty line between rooms."""
    for number, room in enumerate(rooms):
        if as_json:
            show_json(room.fields())
            continue
        if number:
            print()
        show_lines(facts.lines(facts_of(room, zone), Screen.stdout()))


def facts_of(room: Room, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The name and the value of everything known about a room."""
    return [
        (tr(_NAMES.get(name, name)), _time(value, zone) if name in _TIMES else str(value))
        for name, value in room.fields().items()
    ]


def _fields(room: Room, zone: ZoneInfo) -> tuple[str, ...]:
    """What stands in a line with tabs, the same for every room."""
    return (
        room.room_id,
        room.state,
        _due(room, zone),
        str(room.attempts),
        _outcome(room, zone),
        _interval(room.schedule),
        str(room.schedule.priority or 0),
        room.anchor_id or "",
        ": ".join(filter(None, (room.worker or room.reason, room.raw))),
    )


def _time(ms: int | None, zone: ZoneInfo) -> str:
    return "" if ms is None else moments.shown(ms, zone)


def _due(room: Room, zone: ZoneInfo) -> str:
    return _time(room.due if room.died is None else room.died, zone)


def _interval(schedule: Schedule) -> str:
    if schedule.every_max:
        return f"{schedule.every or 0:g}–{schedule.every_max:g}"
    return "" if schedule.every is None else f"{schedule.every:g}"


def _outcome(room: Room, zone: ZoneInfo) -> str:
    if room.failing_since is None:
        return room.last or ""
    return tr("failing since {since}: {reason}", since=_time(room.failing_since, zone), reason=room.last)


def _reason(room: Room, zone: ZoneInfo) -> str:
    """Why the room is dead, retired or failing, or why its last poll brought no list; empty if it did."""
    why = room.reason or ("" if room.last in _KEPT else _outcome(room, zone))
    return ": ".join(filter(None, (why, room.raw)))


def _columns(zone: ZoneInfo) -> tuple[Column[Room], ...]:
    return (
        Column(marked("room"), lambda room: room.room_id, 1),
        Column(marked("state"), lambda room: room.state, 2),
        Column(marked("due or died"), lambda room: _due(room, zone), 3),
        Column(marked("attempts"), lambda room: str(room.attempts or ""), 4, is_number=True),
        Column(marked("list"), lambda room: room.last if room.last in _KEPT else "", 5),
        Column(marked("every"), lambda room: _interval(room.schedule), 6, is_number=True),
        Column(marked("worker"), lambda room: room.worker or "", 7),
        Column(marked("priority"), lambda room: str(room.schedule.priority or ""), 8, is_number=True),
        Column(marked("anchor"), lambda room: room.anchor_id or "", 9),
        Column(marked("reason"), lambda room: _reason(room, zone), is_long=True),
    )
