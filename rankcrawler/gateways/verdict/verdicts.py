"""Verdicts, by the table."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rankcrawler.gateways.verdict import retry_after, setting
from rankcrawler.gateways.verdict.table import DEFAULTS, Action, Cell, Row, Seen, Shape, Table

DEFAULT_WAIT = 10.0
"""Seconds to hold off where neither the gateway nor the table says how long."""
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action, its reason in words, and for WAIT how many seconds."""

    action: Action
    reason: str = ""
    seconds: float = 0.0


class Verdicts:
    """Gives verdicts by the table, after a user's own rows."""

    def __init__(self, own: Table | None = None) -> None:
        self._own = own or {}

    @classmethod
    def of(cls, verdicts: str | None) -> "Verdicts":
        """The table with the rows of the setting VERDICTS; raises SettingError."""
        return cls(setting.parse(verdicts or ""))

    def of_answer(
        self, seen: Seen, words: str = "", *, retry_after: str | None = None, now: datetime | None = None
    ) -> Verdict:
        """The verdict on an answer.

        `words` are the gateway's own or, where the answer is unreadable, the reader's; `retry_after` is the header,
        held against `now` where it is a date.
        """
        found = self._row(seen)
        if found is None:
            return Verdict(Action.READ)
        cell, row = found
        reason = _reason(cell, row, words if cell[0] == "shape" or seen.shape is Shape.LIST else "")
        if row.action is not Action.WAIT:
            return Verdict(row.action, reason)
        return Verdict(row.action, reason, _wait(row, retry_after, now or datetime.now(UTC)))

    def _row(self, seen: Seen) -> tuple[Cell, Row] | None:
        """The first row that has something against the answer; None where none has.

        Of the user's rows the inner codes' go first, since they say most; of the table's the HTTP status's.
        """
        *codes, shape = seen.cells()
        for cell in (*reversed(codes), shape):
            row = self._own.get(cell)
            if row is not None and row.action is not Action.READ:
                return cell, row
        unknown = []
        for cell in codes:
            row = self._own.get(cell) or DEFAULTS.get(cell)
            if row is None:
                unknown.append(_name(cell))
            elif row.action is not Action.READ:
                return cell, row
        if unknown:
            return ("unknown", ", ".join(unknown)), Row(Action.RETRY)
        return None if seen.shape is Shape.LIST else (shape, DEFAULTS[shape])


def _wait(row: Row, header: str | None, now: datetime) -> float:
    asked = retry_after.seconds(header, now)
    usual = DEFAULT_WAIT if row.seconds is None else row.seconds
    return min(max(usual if asked is None else asked, SHORTEST_WAIT), LONGEST_WAIT)


def _reason(cell: Cell, row: Row, words: str) -> str:
    """What was seen, what it means, and else the words of strangers: as a literal, since they may be anything."""
    field, value = cell
    if field == "shape":
        return ": ".join(filter(None, (row.words, words))) or str(value)
    name = str(value) if field == "unknown" else _name(cell)
    if row.words:
        return f"{name}: {row.words}"
    if words:
        return f"{name}: {words[:200]!r}"
    return f"{name}: the gateway failed" if name.startswith("HTTP") else name


def _name(cell: Cell) -> str:
    field, value = cell
    return f"{'HTTP' if field == 'http' else field} {value}"
