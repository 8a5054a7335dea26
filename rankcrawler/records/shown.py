"""Answers of a store as people and programs read them; a stranger's text is made harmless to a terminal."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rankcrawler.store.contract import Gain, Gains, Status, Stay, User
from rankcrawler.table import PIPED_WIDTH, escaped, plain


def status(found: Status, *, as_json: bool) -> None:
    """A name and a value a line."""
    if as_json:
        _json(found._asdict())
        return
    for name, value in found._asdict().items():
        print(f"{name}\t{'' if value is None else f'{value:,}' if isinstance(value, int) else plain(value)}")


def user(found: User, trail: Sequence[Stay], *, as_json: bool) -> None:
    """The profile, and a table of where the user was."""
    if as_json:
        _json(found._asdict() | {"stays": [stay._asdict() for stay in trail]})
        return
    for name, value in found._asdict().items():
        print(f"{name}\t{'' if value is None else plain(str(value))}")
    rows = [
        [stay.room_id, stay.kind, stay.since, stay.until, "left" if stay.is_over else "there", *_scores(stay)]
        for stay in trail
    ]
    _table("", ["room", "kind", "since", "until", "", "first score", "last score"], rows)


def gains(room_id: str, found: Gains, *, as_json: bool) -> None:
    """A table of who gave, and below it what may be missing."""
    if as_json:
        _json(found._asdict() | {"room_id": room_id, "gains": [gain._asdict() for gain in found.gains]})
        return
    rows = [
        [gain.user_id, gain.nickname or "", _number(gain.coins), *_scores(gain), " ".join(gain.marks)]
        for gain in found.gains
    ]
    title = f"Room {room_id}, from {found.since} to {found.until}"
    _table(title, ["user id", "nickname", "coins", "first score", "last score", ""], rows)
    print(f"{found.failures} polls failed in between; the longest time without a list: {found.longest_gap:,.0f} s")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    drawn = Table(title=Text(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for name in columns:
        is_number = name in ("coins", "first score", "last score")
        drawn.add_column(name, justify="right" if is_number else "left", no_wrap=name not in ("nickname", ""))
    for row in rows:
        drawn.add_row(*(Text(plain(cell)) for cell in row))
    console.print(drawn)


def _scores(of: Stay | Gain) -> tuple[str, str]:
    return _number(of.first_score), _number(of.last_score)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _json(fields: dict[str, Any]) -> None:
    print(escaped(msgspec.json.encode(fields)))
