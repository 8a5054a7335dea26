"""Prints what a store answers: as tables, as lines with a tab, or as JSON."""

from collections.abc import Sequence
from typing import Any

import msgspec

from rankcrawler.commands.printing.tables import cells, console, grid, number
from rankcrawler.commands.printing.text import escaped, plain
from rankcrawler.store.answers import Contributor, Gain, Gains, Status, Stay

_SCORES = ("first score", "last score")
_NUMBERS = {"coins", "at most", *_SCORES}


def print_status(found: Status, *, as_json: bool) -> None:
    """A name and a value per line."""
    if as_json:
        _print_json(found._asdict())
        return
    for name, value in found._asdict().items():
        print(f"{name}\t{number(value) if isinstance(value, int) else plain(value or '')}")


def print_contributor(found: Contributor, trail: Sequence[Stay], *, as_json: bool) -> None:
    """The profile, and a table of the rooms where the contributor was listed."""
    if as_json:
        _print_json(found._asdict() | {"stays": [stay._asdict() for stay in trail]})
        return
    for name, value in found._asdict().items():
        print(f"{name}\t{'' if value is None else plain(str(value))}")
    rows = [
        [stay.room_id, stay.kind, stay.since, stay.until, "left" if stay.is_over else "there", *_scores(stay)]
        for stay in trail
    ]
    _print_table("", ["room", "kind", "since", "until", "", *_SCORES], rows)


def print_gains(room_id: str, found: Gains, *, as_json: bool) -> None:
    """A table of what each contributor gave, and a line on what the polls may have missed."""
    if as_json:
        _print_json(found._asdict() | {"room_id": room_id, "gains": [gain._asdict() for gain in found.gains]})
        return
    rows = [
        [gain.user_id, gain.nickname or "", number(gain.coins), number(gain.most), *_scores(gain), " ".join(gain.marks)]
        for gain in found.gains
    ]
    title = f"Room {room_id}, from {found.since} to {found.until}"
    _print_table(title, ["user id", "nickname", "coins", "at most", *_SCORES, ""], rows)
    left_out = f"; {found.left_out} lists left out" if found.left_out else ""
    gap = f"the longest time without a list: {found.longest_gap:,.0f} s"
    print(f"{found.failures} polls failed in between; {gap}{left_out}")
    print(_not_seen(found))


def _not_seen(found: Gains) -> str:
    """What lists cannot show, in words."""
    if found.unseen is None or found.most_outside is None:
        return "Lists set no limit to what was given beyond these coins"
    others = f"someone who is in none of the lists gave {found.most_outside:,} at most"
    return f"Not seen: up to {100 * found.unseen:.1f} % of what these contributors gave; {others}"


def _print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    drawn = grid(title)
    for name in columns:
        justify: Any = "right" if name in _NUMBERS else "left"
        drawn.add_column(name, justify=justify, no_wrap=name not in ("nickname", ""))
    for row in rows:
        drawn.add_row(*cells(row))
    console().print(drawn)


def _scores(of: Stay | Gain) -> tuple[str, str]:
    return number(of.first_score), number(of.last_score)


def _print_json(fields: dict[str, Any]) -> None:
    print(escaped(msgspec.json.encode(fields)))
