"""Prints what a store answers: as tables, as lines with a tab, or as JSON."""

from collections.abc import Iterator, Sequence

from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.store.answers import Contributor, Gain, Gains, Status, Stay

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def print_status(found: Status, *, as_json: bool) -> None:
    """A name and a value per line."""
    if as_json:
        show_json(found._asdict())
    else:
        show_lines(facts.lines(status_facts(found), Screen.stdout()))


def print_contributor(found: Contributor, trail: Sequence[Stay], *, as_json: bool) -> None:
    """The profile, and a table of the rooms where the contributor was listed."""
    if as_json:
        show_json(found._asdict() | {"stays": [stay._asdict() for stay in trail]})
        return
    screen = Screen.stdout()
    profile = ((name, "" if value is None else str(value)) for name, value in found._asdict().items())
    show_lines(facts.lines(profile, screen))
    print()
    show_lines(stays(trail).lines(screen))


def print_gains(room_id: str, found: Gains, *, as_json: bool) -> None:
    """A table of what each contributor gave, and a line on what the polls may have missed."""
    if as_json:
        show_json(found._asdict() | {"room_id": room_id, "gains": [gain._asdict() for gain in found.gains]})
    else:
        show_lines(gains(room_id, found).lines(Screen.stdout()))


def status_facts(found: Status) -> Iterator[tuple[str, str]]:
    """The name and the value of each figure."""
    for name, value in found._asdict().items():
        if name == "size":
            yield name, size(found.size)
        else:
            yield name, number(value) if isinstance(value, int) else value or ""


def size(size_bytes: int) -> str:
    """`5_189_496` → `"5,189,496 bytes (5.2 MB)"`."""
    power = min((len(str(size_bytes)) - 1) // 3, len(_UNITS))
    rounded = f" ({size_bytes / 1000**power:.1f} {_UNITS[power - 1]})" if power else ""
    return f"{size_bytes:,} bytes{rounded}"


def stays(trail: Sequence[Stay]) -> Table[Stay]:
    """The rooms where a contributor was listed, as a table."""
    return Table(_STAYS, trail)


def gains(room_id: str, found: Gains) -> Table[Gain]:
    """What each contributor gave in a room, as a table."""
    failed = "1 poll" if found.failures == 1 else f"{found.failures:,} polls"
    missed = f"{failed} failed in between; the longest time without a list: {found.longest_gap:,.0f} s"
    return Table(_GAINS, found.gains, f"Room {room_id}, from {found.since} to {found.until}", missed)


_STAYS: tuple[Column[Stay], ...] = (
    Column("room", lambda stay: stay.room_id, 1),
    Column("kind", lambda stay: stay.kind, 7),
    Column("since", lambda stay: stay.since, 2),
    Column("until", lambda stay: stay.until, 3),
    Column("now", lambda stay: "left" if stay.is_over else "there", 4),
    Column("coins at first", lambda stay: number(stay.first_score), 6, is_number=True),
    Column("coins at last", lambda stay: number(stay.last_score), 5, is_number=True),
)
_GAINS: tuple[Column[Gain], ...] = (
    Column("user id", lambda gain: gain.user_id, 1),
    Column("nickname", lambda gain: gain.nickname or "", 3, is_name=True),
    Column("coins given", lambda gain: number(gain.coins), 2, is_number=True),
    Column("coins at first", lambda gain: number(gain.first_score), 6, is_number=True),
    Column("coins at last", lambda gain: number(gain.last_score), 5, is_number=True),
    Column("in the list", lambda gain: " ".join(gain.marks), 4),
)
