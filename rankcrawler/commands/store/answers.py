"""Prints what a store answers: as tables, as lines with a tab, or as JSON."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.language import counted, marked, tr
from rankcrawler.store.answers import Source, Status

_NAMES = {
    "place": marked("place"),
    "version": marked("version"),
    "size": marked("size"),
    "rooms": marked("rooms"),
    "users": marked("users"),
    "polls": marked("polls"),
    "failures": marked("failures"),
    "lists": marked("lists"),
    "entries": marked("entries"),
    "first_day": marked("first_day"),
    "last_day": marked("last_day"),
}
"""The name of each field of a store's status."""
_UNITS = ("kB", "MB", "GB", "TB", "PB")


def print_status(found: Status, *, as_json: bool) -> None:
    """A name and a value per line."""
    if as_json:
        show_json(found._asdict())
    else:
        show_lines(facts.lines(status_facts(found), Screen.stdout()))


def print_sources(found: Sequence[Source], zone: ZoneInfo, *, as_json: bool) -> None:
    """A table of gateways, or a JSON object per line."""
    if as_json:
        for each in found:
            show_json(each._asdict())
    else:
        show_lines(sources(found, zone).lines(Screen.stdout()))


def status_facts(found: Status) -> Iterator[tuple[str, str]]:
    """The name and the value of each figure."""
    for name, value in found._asdict().items():
        if name == "size":
            yield tr(_NAMES[name]), size(found.size)
        else:
            yield tr(_NAMES[name]), number(value) if isinstance(value, int) else value or ""


def size(size_bytes: int) -> str:
    """`5_189_496` → `"5,189,496 bytes (5.2 MB)"`."""
    power = min((len(str(size_bytes)) - 1) // 3, len(_UNITS))
    rounded = f" ({size_bytes / 1000**power:.1f} {_UNITS[power - 1]})" if power else ""
    return counted("{number} byte", "{number} bytes", size_bytes) + rounded


def sources(found: Sequence[Source], zone: ZoneInfo) -> Table[Source]:
    """The gateways as a table, with times in a zone."""
    columns = (
        Column[Source](marked("source"), lambda each: each.source, 1),
        Column[Source](marked("rooms"), lambda each: number(each.rooms), 3, is_number=True),
        Column[Source](marked("contributors"), lambda each: number(each.users), 4, is_number=True),
        Column[Source](marked("first polled"), lambda each: moments.shown(ms(each.first_polled), zone), 5),
        Column[Source](marked("last polled"), lambda each: moments.shown(ms(each.last_polled), zone), 2),
    )
    return Table(columns, found)
