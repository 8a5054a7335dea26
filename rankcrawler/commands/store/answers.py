"""Prints what a store answers: as tables, as lines with a tab, or as JSON."""

from collections.abc import Iterator, Sequence

from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.language import counted, marked, tr
from rankcrawler.store.answers import Contributor, Gain, Gains, Source, Status, Stay

_NAMES = {
    "source": marked("source"),
    "user_id": marked("user_id"),
    "display_id": marked("display_id"),
    "sec_uid": marked("sec_uid"),
    "nickname": marked("nickname"),
    "gender": marked("gender"),
    "avatar_url": marked("avatar_url"),
    "first_seen": marked("first_seen"),
    "last_seen": marked("last_seen"),
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
"""The name of each field of a profile, and of a store's status."""
_MARKS = {
    "entered": marked("entered"),
    "left": marked("left"),
    "reentered": marked("reentered"),
    "reset": marked("reset"),
}
_UNITS = ("kB", "MB", "GB", "TB", "PB")


def print_status(found: Status, *, as_json: bool) -> None:
    """A name and a value per line."""
    if as_json:
        show_json(found._asdict())
    else:
        show_lines(facts.lines(status_facts(found), Screen.stdout()))


def print_sources(found: Sequence[Source], *, as_json: bool) -> None:
    """A table of gateways, or a JSON object per line."""
    if as_json:
        for each in found:
            show_json(each._asdict())
    else:
        show_lines(Table(_SOURCES, found).lines(Screen.stdout()))


def print_contributor(found: Contributor, trail: Sequence[Stay], *, as_json: bool) -> None:
    """The profile, and a table of the rooms where the contributor was listed."""
    if as_json:
        show_json(found._asdict() | {"stays": [stay._asdict() for stay in trail]})
        return
    screen = Screen.stdout()
    profile = ((tr(_NAMES[name]), "" if value is None else str(value)) for name, value in found._asdict().items())
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
            yield tr(_NAMES[name]), size(found.size)
        else:
            yield tr(_NAMES[name]), number(value) if isinstance(value, int) else value or ""


def size(size_bytes: int) -> str:
    """`5_189_496` → `"5,189,496 bytes (5.2 MB)"`."""
    power = min((len(str(size_bytes)) - 1) // 3, len(_UNITS))
    rounded = f" ({size_bytes / 1000**power:.1f} {_UNITS[power - 1]})" if power else ""
    return counted("{number} byte", "{number} bytes", size_bytes) + rounded


def stays(trail: Sequence[Stay]) -> Table[Stay]:
    """The rooms where a contributor was listed, as a table."""
    return Table(_STAYS, trail)


def gains(room_id: str, found: Gains) -> Table[Gain]:
    """What each contributor gave in a room, as a table."""
    missed = counted(
        "{number} poll failed in between; the longest time without a list: {gap:,.0f} s",
        "{number} polls failed in between; the longest time without a list: {gap:,.0f} s",
        found.failures,
        gap=found.longest_gap,
    )
    left_out = counted("{number} list left out", "{number} lists left out", found.left_out) if found.left_out else ""
    note = "\n".join(filter(None, (missed, left_out, _not_seen(found))))
    title = tr("Room {room}, from {since} to {until}", room=room_id, since=found.since, until=found.until)
    return Table(_GAINS, found.gains, title, note)


def _not_seen(found: Gains) -> str:
    """What lists cannot show, in words."""
    if found.unseen is None or found.most_outside is None:
        return tr("Lists set no limit to what was given beyond these coins")
    return tr(
        "Not seen: up to {share:.1%} of what these contributors gave; someone who is in none of the lists gave "
        "{most:,} coins at most",
        share=found.unseen,
        most=found.most_outside,
    )


_SOURCES: tuple[Column[Source], ...] = (
    Column(marked("source"), lambda each: each.source, 1),
    Column(marked("rooms"), lambda each: number(each.rooms), 3, is_number=True),
    Column(marked("contributors"), lambda each: number(each.users), 4, is_number=True),
    Column(marked("first polled"), lambda each: each.first_polled, 5),
    Column(marked("last polled"), lambda each: each.last_polled, 2),
)
_STAYS: tuple[Column[Stay], ...] = (
    Column(marked("room"), lambda stay: stay.room_id, 1),
    Column(marked("kind"), lambda stay: stay.kind, 7),
    Column(marked("since"), lambda stay: stay.since, 2),
    Column(marked("until"), lambda stay: stay.until, 3),
    Column(marked("now"), lambda stay: tr("left") if stay.is_over else tr("there"), 4),
    Column(marked("coins at first"), lambda stay: number(stay.first_score), 6, is_number=True),
    Column(marked("coins at last"), lambda stay: number(stay.last_score), 5, is_number=True),
)
_GAINS: tuple[Column[Gain], ...] = (
    Column(marked("user id"), lambda gain: gain.user_id, 1),
    Column(marked("nickname"), lambda gain: gain.nickname or "", 3, is_name=True),
    Column(marked("coins given"), lambda gain: number(gain.coins), 2, is_number=True),
    Column(marked("coins at most"), lambda gain: number(gain.most), 4, is_number=True),
    Column(marked("coins at first"), lambda gain: number(gain.first_score), 7, is_number=True),
    Column(marked("coins at last"), lambda gain: number(gain.last_score), 6, is_number=True),
    Column(marked("in the list"), lambda gain: tr(", ").join(tr(_MARKS[mark]) for mark in gain.marks), 5),
)
