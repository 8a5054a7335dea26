"""Prints rooms: a table on a terminal, otherwise lines with tabs, or JSON Lines."""

import sys
from collections.abc import Callable, Sequence

import msgspec
from rich.table import Table

from rankcrawler.clock import iso
from rankcrawler.commands.printing.tables import cells, console, grid
from rankcrawler.commands.printing.text import escaped, plain
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.roster import Room


def _time(ms: int | None) -> str:
    return "" if ms is None else iso(ms)


def _interval(schedule: Schedule) -> str:
    if schedule.every_max:
        return f"{schedule.every or 0:g}–{schedule.every_max:g}"
    return "" if schedule.every is None else f"{schedule.every:g}"


def _outcome(room: Room) -> str:
    if room.failing_since is None:
        return room.last or ""
    return f"failing since {_time(room.failing_since)}: {room.last}"


_COLUMNS: dict[str, Callable[[Room], str]] = {
    "room": lambda room: room.room_id,
    "state": lambda room: room.state,
    "due": lambda room: _time(room.due if room.died is None else room.died),
    "attempts": lambda room: str(room.attempts),
    "last outcome": _outcome,
    "every": lambda room: _interval(room.schedule),
    "priority": lambda room: str(room.schedule.priority or 0),
    "anchor": lambda room: room.anchor_id or "",
    "worker or reason": lambda room: ": ".join(filter(None, (room.worker or room.reason, room.raw))),
}
_TIMES = ("due", "expires", "died", "failing_since")


class Listing:
    """Prints each room as it comes; on a terminal close() draws the table, once it knows the widths."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._table: Table | None = None
        if sys.stdout.isatty() and not as_json:
            self._table = grid()
            for name in _COLUMNS:
                self._table.add_column(name, no_wrap=name in ("room", "state", "due"))

    def add(self, room: Room) -> None:
        """Print the room, or add it to the table."""
        if self._as_json:
            _print_json(room)
            return
        texts = [cell(room) for cell in _COLUMNS.values()]
        if self._table is None:
            print("\t".join(map(plain, texts)))
        else:
            self._table.add_row(*cells(texts))

    def close(self) -> None:
        """Draw the table, if there is one."""
        if self._table is not None:
            console().print(self._table)


def show(rooms: Sequence[Room], *, as_json: bool) -> None:
    """Print everything known about each room: a line for each fact, and an empty line between rooms."""
    for number, room in enumerate(rooms):
        if as_json:
            _print_json(room)
            continue
        if number:
            print()
        for name, value in room.fields().items():
            print(f"{name}\t{_time(value) if name in _TIMES else plain(str(value))}")


def _print_json(room: Room) -> None:
    print(escaped(msgspec.json.encode(room.fields())))
