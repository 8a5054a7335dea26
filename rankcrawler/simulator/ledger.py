"""The ledger: everything that the simulated gateway has served, to be compared with what a crawl stored."""

from collections import Counter, defaultdict
from typing import Any

import msgspec

from rankcrawler.model.kinds import RANKLIST


class Given(msgspec.Struct, frozen=True):
    """One answer that the gateway served."""

    outcome: str
    """`ok`, `bad_request`, `bad_token`, `ended`, or the name of a fault."""
    room_id: str | None = None
    """None if the request named no valid room."""
    kind: str = RANKLIST.name
    """The kind of list that the request asked for."""
    at: int | None = None
    """When the list was captured, in ms since 1970; None if the answer held no list."""
    rows: int = 0
    bad: int = 0
    """How many of the rows were malformed on purpose."""


class Ledger:
    """Counts answers by outcome and room, and rows by room. An answer is counted just before it is sent."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.bad_rows: Counter[str] = Counter()
        """The malformed ones among `rows`."""
        self.looks: Counter[str] = Counter()
        """Answers of discovery calls, which hold no list, by outcome."""
        self.rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def record(self, given: Given) -> None:
        """Count one answer and its rows."""
        self.outcomes[given.outcome] += 1
        if given.room_id is not None:
            self.rooms[given.room_id][given.outcome] += 1
            self.rows[given.room_id] += given.rows
            self.bad_rows[given.room_id] += given.bad

    def note_look(self, outcome: str) -> None:
        """Count one answer of a discovery call."""
        self.looks[outcome] += 1

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain values: totals and outcomes, of all rooms and of each."""
        return {
            "answers": self.outcomes.total(),
            "rows": self.rows.total(),
            "bad_rows": self.bad_rows.total(),
            "outcomes": dict(self.outcomes),
            "looks": dict(self.looks),
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
