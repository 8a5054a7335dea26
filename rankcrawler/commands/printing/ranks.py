"""A rank list as a table. Wide Chinese characters stay aligned."""

from datetime import UTC, tzinfo
from typing import Any

import msgspec

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.commands.printing.screen import Screen, show_lines
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.language import counted, marked, tr
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry

_NO_SCORE = {"rounded": marked("rounded"), "withheld": marked("withheld")}
"""What stands in place of a score that is not exact."""


def show(snapshot: RoomSnapshot, limit: int | None = None, zone: tzinfo = UTC) -> None:
    """Print the list, or its first `limit` rows, as wide as the terminal, with its time in a zone."""
    if zone is not UTC:
        snapshot = msgspec.structs.replace(snapshot, captured_at=moments.shown(ms(snapshot.captured_at), zone))
    show_lines(table(snapshot, limit).lines(Screen.stdout()))


def table(snapshot: RoomSnapshot, limit: int | None = None) -> Table[RankEntry]:
    """The list, or its first `limit` rows, as a table."""
    shown = snapshot.entries[:limit]
    more = snapshot.entry_count - len(shown)
    return Table(COLUMNS, shown, _title(snapshot), tr("… and {number:,} more", number=more) if more > 0 else "")


def _title(snapshot: RoomSnapshot) -> str:
    facts = [tr("Room {room}", room=snapshot.target.room_id)]
    if snapshot.entries:
        facts.append(counted("{number} contributor", "{number} contributors", snapshot.entry_count))
    else:
        facts.append(tr("no contributors yet"))
    if snapshot.total is not None:
        facts.append(tr("audience {number:,}", number=snapshot.total))
    return f"{' · '.join(facts)}\n{snapshot.captured_at}"


def _score(entry: Any) -> str:
    return tr(_NO_SCORE[entry.score_precision]) if entry.score is None else f"{entry.score:,}"


def _lifetime(entry: Any) -> str:
    low, high = entry.lifetime_diamonds_min, entry.lifetime_diamonds_max
    if low is None or high is None:
        return "" if low is None else f"≥ {low:,}"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


COLUMNS: tuple[Column[Any], ...] = (
    Column("#", lambda entry: str(entry.rank), 1, is_number=True),
    Column(marked("coins"), _score, 2, is_number=True),
    Column(marked("gap"), lambda entry: number(entry.delta), 6, is_number=True),
    Column(marked("nickname"), lambda entry: entry.nickname or "", 3, is_name=True),
    Column(marked("level"), lambda entry: number(entry.pay_grade_level), 4, is_number=True),
    Column(marked("lifetime diamonds"), _lifetime, 5, is_number=True),
    Column(marked("user id"), lambda entry: entry.user_id or "", 7),
    Column(marked("flags"), lambda entry: " ".join(entry.flags), is_long=True),
)
"""Of rows that have the fields of a RankEntry that are named here."""
