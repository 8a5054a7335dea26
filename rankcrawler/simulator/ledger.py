"""What the simulated gateway has given out: the other side of the books that a crawl keeps."""

from collections import Counter, defaultdict
from typing import Any

import msgspec


class Given(msgspec.Struct, frozen=True):
    """One answer: what it was, and to whom."""

    outcome: str
    room_id: str | None = None
    """None where the request named none."""
    kind: str = "ranklist"
    """Which of the room's lists was asked for."""
    at: int | None = None
    """The list's moment, in ms since 1970; None where there was no list."""
    rows: int = 0
    bad: int = 0
    """How many of the rows were made such that nobody can read them."""


class Ledger:
    """Counts answers by outcome and by room, and rows by room; an answer counts just before it is sent."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.bad_rows: Counter[str] = Counter()
        """Of the rows."""
        self.rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def record(self, given: Given) -> None:
        """Count one answer and the rows in it."""
        self.outcomes[given.outcome] += 1
        if given.room_id is not None:
            self.rooms[given.room_id][given.outcome] += 1
            self.rows[given.room_id] += given.rows
            self.bad_rows[given.room_id] += given.bad

    def as_json(self) -> dict[str, Any]:
        """Return the books as plain values: totals, outcomes, and both for each room."""
        return {
            "answers": self.outcomes.total(),
            "rows": self.rows.total(),
            "bad_rows": self.bad_rows.total(),
            "outcomes": dict(self.outcomes),
            "rooms": {room_id: self._room(room_id) for room_id in self.rooms},
        }

    def _room(self, room_id: str) -> dict[str, Any]:
        outcomes = self.rooms[room_id]
        return {
            "answers": outcomes.total(),
            "rows": self.rows[room_id],
            "bad_rows": self.bad_rows[room_id],
            "outcomes": dict(outcomes),
        }
