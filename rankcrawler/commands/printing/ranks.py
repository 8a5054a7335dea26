"""A rank list as a table. Wide Chinese characters stay aligned."""

from rankcrawler.commands.printing.screen import Screen, show_lines
from rankcrawler.commands.printing.tables import Column, Table, number
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry


def show(snapshot: RoomSnapshot, limit: int | None = None) -> None:
    """Print the list, or its first `limit` rows, as wide as the terminal."""
    show_lines(table(snapshot, limit).lines(Screen.stdout()))


def table(snapshot: RoomSnapshot, limit: int | None = None) -> Table[RankEntry]:
    """The list, or its first `limit` rows, as a table."""
    shown = snapshot.entries[:limit]
    more = snapshot.entry_count - len(shown)
    return Table(_COLUMNS, shown, _title(snapshot), f"… and {more} more" if more > 0 else "")


def _title(snapshot: RoomSnapshot) -> str:
    people = f"{snapshot.entry_count} contributors" if snapshot.entries else "no contributors yet"
    audience = "" if snapshot.total is None else f" · audience {snapshot.total:,}"
    return f"Room {snapshot.target.room_id} · {people}{audience}\n{snapshot.captured_at}"


def _score(entry: RankEntry) -> str:
    return entry.score_precision if entry.score is None else f"{entry.score:,}"


def _lifetime(entry: RankEntry) -> str:
    low, high = entry.lifetime_diamonds_min, entry.lifetime_diamonds_max
    if low is None or high is None:
        return "" if low is None else f"≥ {low:,}"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


_COLUMNS: tuple[Column[RankEntry], ...] = (
    Column("#", lambda entry: str(entry.rank), 1, is_number=True),
    Column("coins", _score, 2, is_number=True),
    Column("gap", lambda entry: number(entry.delta), 6, is_number=True),
    Column("nickname", lambda entry: entry.nickname or "", 3, is_name=True),
    Column("level", lambda entry: number(entry.pay_grade_level), 4, is_number=True),
    Column("lifetime diamonds", _lifetime, 5, is_number=True),
    Column("user id", lambda entry: entry.user_id or "", 7),
    Column("flags", lambda entry: " ".join(entry.flags), is_long=True),
)
