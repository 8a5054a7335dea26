"""Rooms as people and programs read them: a table on a terminal, else tabs between, or JSON Lines."""

import sys
from collections.abc import Callable, Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rankcrawler.clock import iso
from rankcrawler.queue.roster import Room
from rankcrawler.table import escaped, plain


def _time(ms: int | None) -> str:
    return "" if ms is None else iso(ms)


def _seconds(every: float | None, every_max: float | None) -> str:
    return f"{every or 0:g}–{every_max:g}" if every_max else "" if every is None else f"{every:g}"


def _note(room: Room) -> str:
    return ": ".join(filter(None, (room.worker or room.reason, room.raw)))


_COLUMNS: dict[str, Callable[[Room], str]] = {
    "room": lambda room: room.room_id,
    "state": lambda room: room.state,
    "due": lambda room: _time(room.due if room.died is None else room.died),
    "attempts": lambda room: str(room.attempts),
    "last outcome": lambda room: room.last or "",
    "every": lambda room: _seconds(room.every, room.every_max),
    "priority": lambda room: str(room.priority),
    "anchor": lambda room: room.anchor_id or "",
    "worker or reason": _note,
}


class Listing:
    """Prints rooms as they come; a terminal's table is drawn by close(), when its widths are known."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._drawn: Table | None = None
        if sys.stdout.isatty() and not as_json:
            self._drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            for name in _COLUMNS:
                self._drawn.add_column(name, no_wrap=name in ("room", "state", "due"))

    def add(self, room: Room) -> None:
        """Take one room."""
        if self._as_json:
            print(escaped(msgspec.json.encode(room)))
            return
        cells = [plain(cell(room)) for cell in _COLUMNS.values()]
        if self._drawn is None:
            print("\t".join(cells))
        else:
            self._drawn.add_row(*map(Text, cells))

    def close(self) -> None:
        """Draw what is not printed yet."""
        if self._drawn is not None:
            Console().print(self._drawn)


def show(rooms: Sequence[Room], *, as_json: bool) -> None:
    """Print all that is known of each: a line for each fact, and a blank one between rooms."""
    for number, room in enumerate(rooms):
        if as_json:
            print(escaped(msgspec.json.encode(room)))
            continue
        if number:
            print()
        for name, value in msgspec.to_builtins(room).items():
            is_time = name in ("due", "expires", "died")
            print(f"{name}\t{_time(value) if is_time else plain(str(value))}")
