"""Looks up the verdict on an answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rankcrawler import durations
from rankcrawler.gateways.verdict import retry_after, setting
from rankcrawler.gateways.verdict.table import DEFAULTS, NO_ROUTE, Action, Cell, Entry, Seen, Shape, Table
from rankcrawler.language import marked, tr

DEFAULT_WAIT = 10.0
"""Seconds to wait if neither the gateway nor the table says how long."""
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 3600.0
"""Seconds. A gateway that asks for more is asked again after this time."""
LONGEST_WORDS = 200
"""Characters that are shown of the gateway's words."""

_WORD = re.compile(r"[A-Za-z0-9_.-]+")
"""A code that is shown as it is; any other text is quoted, because it can be anything."""
_SHAPES = {Shape.EMPTY_BODY: marked("an empty body"), Shape.HTML_PAGE: marked("an HTML page")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action, its reason, and for WAIT the seconds to wait."""

    action: Action
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known about an answer; none of it decides the action."""

    words: str = ""
    """The gateway's own words."""
    fault: str = ""
    """Why the answer cannot be read, in our words."""
    location: str = ""
    """Where it redirects to."""
    waits: Sequence[str | None] = ()
    """The headers that say how long to wait, the most trusted first."""
    now: datetime | None = None
    """When the answer came; moments in the headers count from it."""


Judge = Callable[[Seen, str], str | None]
"""A user's function: what was seen of an answer without a list, and the gateway's own words, to an action as in
VERDICTS, or None for the table's.
"""


class Verdicts:
    """A gateway's table, the user's function, which takes precedence, and the entries in VERDICTS, which go first."""

    def __init__(self, own: Table | None = None, table: Table = DEFAULTS, judge: Judge | None = None) -> None:
        self._own = own or {}
        self._table = table
        self._judge = judge

    @classmethod
    def of(cls, verdicts: str | None, table: Table = DEFAULTS, judge: Judge | None = None) -> "Verdicts":
        """The table with the entries in the setting VERDICTS; raises SettingError if it cannot be read."""
        return cls(setting.parse(verdicts or ""), table, judge)

    def reads(self, seen: Seen) -> bool:
        """Whether the list of an answer is to be read."""
        return self._entry(seen) is None

    def of_answer(self, seen: Seen, context: Context = Context()) -> Verdict:
        """The verdict on an answer; raises SettingError if the user's function returns no action."""
        found = self._entry(seen)
        if found is None:
            return Verdict(Action.READ)
        cell, entry = found
        if self._judge is not None and not self.is_own(seen):
            judged = self._judge(seen, context.words)
            entry = entry if judged is None else setting.entry(judged)
        reason = _reason(cell, entry, seen, context)
        if entry.action is not Action.WAIT:
            return Verdict(entry.action, reason)
        return _wait(entry, reason, context)

    def is_own(self, seen: Seen) -> bool:
        """Whether the verdict on an answer comes from VERDICTS."""
        return self._own_entry(seen) is not None

    def _own_entry(self, seen: Seen) -> tuple[Cell, Entry] | None:
        """The first entry of VERDICTS for the answer. Inner codes take precedence: they are the most specific."""
        *codes, shape = seen.cells()
        for cell in (*reversed(codes), shape):
            entry = self._own.get(cell)
            if entry is not None and entry.action is not Action.READ:
                return cell, entry
        return None

    def _entry(self, seen: Seen) -> tuple[Cell, Entry] | None:
        """The first entry for the answer that is not READ; None if there is none. Outer codes take precedence."""
        if own := self._own_entry(seen):
            return own
        *codes, shape = seen.cells()
        unknown = []
        for cell in codes:
            entry = self._own.get(cell) or self._table.get(cell)
            if entry is None:
                unknown.append(_name(cell))
            elif entry.action is Action.GONE and not seen.has_code:
                return cell, NO_ROUTE
            elif entry.action is not Action.READ:
                return cell, entry
        if unknown:
            return ("unknown", ", ".join(unknown)), Entry(Action.RETRY)
        return None if seen.shape is Shape.LIST else (shape, self._table[shape])


def _wait(entry: Entry, reason: str, context: Context) -> Verdict:
    asked = retry_after.seconds(context.waits, context.now or datetime.now(UTC))
    seconds = (DEFAULT_WAIT if entry.seconds is None else entry.seconds) if asked is None else asked
    if seconds > LONGEST_WAIT:
        reason += " " + tr(
            "(for {asked}; asked again after {pause})",
            asked=durations.text(seconds),
            pause=durations.text(LONGEST_WAIT),
        )
    return Verdict(entry.action, reason, min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT))


def _reason(cell: Cell, entry: Entry, seen: Seen, context: Context) -> str:
    """The value, what it means, what is odd, and what others wrote, quoted because it can be anything."""
    field, value = cell
    name = "" if field == "shape" else str(value) if field == "unknown" else _name(cell)
    meaning = ", ".join(filter(None, (entry.words and tr(entry.words), _odd(seen, context))))
    fault = context.fault if field == "shape" and seen.shape not in _SHAPES else ""
    words = repr(context.words[:LONGEST_WORDS]) if context.words else ""
    if not meaning and not words and name.startswith("HTTP"):
        meaning = tr("the gateway failed")
    return ": ".join(filter(None, (name, meaning, fault, words))) or str(value)


def _odd(seen: Seen, context: Context) -> str:
    if context.location:
        return tr("a redirect to {address!r}", address=context.location[:LONGEST_WORDS])
    return tr(_SHAPES[seen.shape]) if seen.shape in _SHAPES else ""


def _name(cell: Cell) -> str:
    field, value = cell
    shown = value if isinstance(value, int) or _WORD.fullmatch(value) else repr(value)
    return f"{'HTTP' if field == 'http' else field} {shown}"
