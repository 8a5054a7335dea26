"""The rows that a batch of polls adds to the tables, gathered to be written together."""

from collections import defaultdict
from dataclasses import dataclass, field

from rankcrawler.store.database import Database, Row
from rankcrawler.store.increments import MOST


def _no_counts() -> list[int]:
    return [0, 0, 0, 0, 0]


@dataclass(slots=True)
class Batch:
    """Rows by table."""

    snapshots: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    polls: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    arrivals: list[Row] = field(default_factory=list)
    ended_stays: list[Row] = field(default_factory=list)
    late_users: dict[int, int] = field(default_factory=dict)
    """Users of lists that came late: when they were first in one."""
    looks: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The latest look of users, and when."""
    rooms: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(_no_counts))
    """By day and room: polls, failures, lists, entries, coins."""
    givers: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    """Coins by day and user."""

    def write(self, database: Database) -> None:
        """Write all; in one order, so that workers wait for each other rather than lock each other out."""
        database.insert("snapshots", self.snapshots)
        database.insert("entries", self.entries)
        database.insert("quarantine", self.quarantine)
        database.insert("polls", self.polls)
        database.insert("stays", self.stays)
        database.insert("arrivals", self.arrivals)
        database.bulk("end_stays", self.ended_stays)
        database.bulk("seen_earlier", [(at, user) for user, at in sorted(self.late_users.items())])
        database.bulk("see_profiles", [(look, at, user) for user, (look, at) in sorted(self.looks.items())])
        database.bulk(
            "count_room_days",
            [(*day_room, *(min(count, MOST) for count in counts)) for day_room, counts in sorted(self.rooms.items())],
        )
        database.bulk(
            "count_giver_days", [(*day_user, min(coins, MOST)) for day_user, coins in sorted(self.givers.items())]
        )
