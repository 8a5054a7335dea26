"""The records that a batch of polls adds to the tables, collected to be written together."""

from collections import defaultdict
from dataclasses import dataclass, field

from rankcrawler.store import tables
from rankcrawler.store.database import Database, Record
from rankcrawler.store.increments import MOST


@dataclass(slots=True)
class RoomDay:
    """What happened in a room on a day."""

    polls: int = 0
    failures: int = 0
    lists: int = 0
    entries: int = 0
    coins: int = 0

    def record(self, day: int, room_key: int) -> Record:
        """The values of the query count_room_days."""
        return day, room_key, self.polls, self.failures, self.lists, self.entries, min(self.coins, MOST)


@dataclass(slots=True)
class Batch:
    """Records by table, and changes."""

    snapshots: list[Record] = field(default_factory=list)
    entries: list[Record] = field(default_factory=list)
    quarantine: list[Record] = field(default_factory=list)
    polls: list[Record] = field(default_factory=list)
    stays: list[Record] = field(default_factory=list)
    arrivals: list[Record] = field(default_factory=list)
    ended_stays: list[Record] = field(default_factory=list)
    earlier: dict[int, int] = field(default_factory=dict)
    """Contributors of lists that came late: when they were first in one."""
    profiles: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Contributors' latest profiles, and when they were seen."""
    former_names: list[Record] = field(default_factory=list)
    """Contributors whose profile changed: when, the profile before (None for the one on record), and the new one."""
    room_days: dict[tuple[int, int], RoomDay] = field(default_factory=lambda: defaultdict(RoomDay))
    """By day and room."""
    contributor_days: dict[tuple[int, str, int], int] = field(default_factory=lambda: defaultdict(int))
    """Coins by day, kind of list and contributor."""

    def write(self, database: Database) -> None:
        """Write everything, always in the same order, so that workers wait for each other and never deadlock."""
        database.insert(tables.SNAPSHOTS, self.snapshots)
        database.insert(tables.ENTRIES, self.entries)
        database.insert(tables.QUARANTINE, self.quarantine)
        database.insert(tables.POLLS, self.polls)
        database.insert(tables.STAYS, self.stays)
        database.insert(tables.ARRIVALS, self.arrivals)
        database.bulk("end_stays", self.ended_stays)
        database.bulk("see_earlier", [(at, user) for user, at in sorted(self.earlier.items())])
        database.bulk("add_former_names", self.former_names)
        database.bulk("see_profiles", [(profile, at, user) for user, (profile, at) in sorted(self.profiles.items())])
        database.bulk("count_room_days", [day.record(*key) for key, day in sorted(self.room_days.items(), key=_key)])
        database.bulk(
            "count_contributor_days",
            [(day, kind, user, min(coins, MOST)) for (day, kind, user), coins in sorted(self.contributor_days.items())],
        )


def _key(item: tuple[tuple[int, int], RoomDay]) -> tuple[int, int]:
    return item[0]
