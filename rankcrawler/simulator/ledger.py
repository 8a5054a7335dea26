"""What the simulated gateway has given out: the other side of the books that a crawl keeps."""

from collections import Counter, defaultdict
from typing import Any


class Ledger:
    """Counts answers by outcome and by room, and rows by room; an answer counts just before it is sent."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def record(self, outcome: str, room_id: str | None = None, rows: int = 0) -> None:
        """Count one answer and the rows in it; `room_id` is None where the request named none."""
        self.outcomes[outcome] += 1
        if room_id is not None:
            self.rooms[room_id][outcome] += 1
            self.rows[room_id] += rows

    def as_json(self) -> dict[str, Any]:
        """Return the books as plain values: totals, outcomes, and both for each room."""
        return {
            "answers": self.outcomes.total(),
            "rows": self.rows.total(),
            "outcomes": dict(self.outcomes),
            "rooms": {room_id: self._room(room_id) for room_id in self.rooms},
        }

    def _room(self, room_id: str) -> dict[str, Any]:
        outcomes = self.rooms[room_id]
        return {"answers": outcomes.total(), "rows": self.rows[room_id], "outcomes": dict(outcomes)}
