"""Looks up the verdict on an answer."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rankcrawler.gateways.verdict import retry_after, setting
from rankcrawler.gateways.verdict.table import DEFAULTS, Action, Cell, Entry, Seen, Shape, Table

DEFAULT_WAIT = 10.0
"""Seconds to wait if neither the gateway nor the table says how long."""
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action, its reason, and for WAIT the seconds to wait."""

    action: Action
    reason: str = ""
    seconds: float = 0.0


class Verdicts:
    """The table, and the entries in VERDICTS, which take precedence."""

    def __init__(self, own: Table | None = None) -> None:
        self._own = own or {}

    @classmethod
    def of(cls, verdicts: str | None) -> "Verdicts":
        """The table with the entries in the setting VERDICTS; raises SettingError if it cannot be read."""
        return cls(setting.parse(verdicts or ""))

    def of_answer(
        self, seen: Seen, words: str = "", *, retry_after: str | None = None, now: datetime | None = None
    ) -> Verdict:
        """The verdict on an answer.

        `words` are the gateway's message or, if the answer is unreadable, the reader's error. `retry_after` is the
        header; if it is a date, the wait counts from `now`.
        """
        found = self._entry(seen)
        if found is None:
            return Verdict(Action.READ)
        cell, entry = found
        reason = _reason(cell, entry, words if cell[0] == "shape" or seen.shape is Shape.LIST else "")
        if entry.action is not Action.WAIT:
            return Verdict(entry.action, reason)
        return Verdict(entry.action, reason, _wait(entry, retry_after, now or datetime.now(UTC)))

    def _entry(self, seen: Seen) -> tuple[Cell, Entry] | None:
        """The first entry for the answer that is not READ; None if there is none.

        In VERDICTS, inner codes take precedence, since they are the most specific; in the table, the HTTP status does.
        """
        *codes, shape = seen.cells()
        for cell in (*reversed(codes), shape):
            entry = self._own.get(cell)
            if entry is not None and entry.action is not Action.READ:
                return cell, entry
        unknown = []
        for cell in codes:
            entry = self._own.get(cell) or DEFAULTS.get(cell)
            if entry is None:
                unknown.append(_name(cell))
            elif entry.action is not Action.READ:
                return cell, entry
        if unknown:
            return ("unknown", ", ".join(unknown)), Entry(Action.RETRY)
        return None if seen.shape is Shape.LIST else (shape, DEFAULTS[shape])


def _wait(entry: Entry, header: str | None, now: datetime) -> float:
    asked = retry_after.seconds(header, now)
    usual = DEFAULT_WAIT if entry.seconds is None else entry.seconds
    return min(max(usual if asked is None else asked, SHORTEST_WAIT), LONGEST_WAIT)


def _reason(cell: Cell, entry: Entry, words: str) -> str:
    """The value and what it means, or else the gateway's words, quoted because they can be anything."""
    field, value = cell
    if field == "shape":
        return ": ".join(filter(None, (entry.words, words))) or str(value)
    name = str(value) if field == "unknown" else _name(cell)
    if entry.words:
        return f"{name}: {entry.words}"
    if words:
        return f"{name}: {words[:200]!r}"
    return f"{name}: the gateway failed" if name.startswith("HTTP") else name


def _name(cell: Cell) -> str:
    field, value = cell
    return f"{'HTTP' if field == 'http' else field} {value}"
