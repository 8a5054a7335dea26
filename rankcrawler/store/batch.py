"""The records that a batch of polls adds to the tables, collected to be written together."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from rankcrawler.store import tables
from rankcrawler.store.database import Database, Record
from rankcrawler.store.days import hour_of
from rankcrawler.store.tally import MOST, Given


@dataclass(slots=True)
class RoomHour:
    """What happened in a room in an hour."""

    polls: int = 0
    failures: int = 0
    lists: int = 0
    entries: int = 0
    coins: int = 0

    def record(self, hour: int, room_key: int) -> Record:
        """The values of the query count_room_hours."""
        return hour, room_key, self.polls, self.failures, self.lists, self.entries, min(self.coins, MOST)


@dataclass(slots=True)
class Batch:
    """Records by table, and changes."""

    snapshots: list[Record] = field(default_factory=list)
    entries: list[Record] = field(default_factory=list)
    quarantine: list[Record] = field(default_factory=list)
    polls: list[Record] = field(default_factory=list)
    stays: list[Record] = field(default_factory=list)
    arrivals: list[Record] = field(default_factory=list)
    ended_stays: dict[int, list[Record]] = field(default_factory=lambda: defaultdict(list))
    """By room."""
    earlier: dict[int, int] = field(default_factory=dict)
    """Contributors of lists that came late: when they were first in one."""
    profiles: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Contributors' latest profiles, and when they were seen."""
    former_names: list[Record] = field(default_factory=list)
    """Contributors whose profile changed: when, the profile before (None for the one on record), and the new one."""
    resets: list[Record] = field(default_factory=list)
    room_hours: dict[tuple[int, int], RoomHour] = field(default_factory=lambda: defaultdict(RoomHour))
    """By hour and room."""
    contributor_hours: dict[tuple[int, str], dict[int, list[int | None]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: [0, 0]))
    )
    """By hour and kind, and by contributor: coins, and what they may have given beyond; None without a limit."""

    def give(self, at_ms: int, room_key: int, kind: str, given: Mapping[int, Given]) -> None:
        """Add what contributors gave with a list, by their keys, to the sums of its hour."""
        hour, total = hour_of(at_ms), 0
        contributors = self.contributor_hours[hour, kind]
        for user, (coins, most) in given.items():
            sums = contributors[user]
            total += coins
            sums[0] += coins  # type: ignore[operator]
            if most is None:
                sums[1] = None
            elif most > coins and sums[1] is not None:
                sums[1] += most - coins
        self.room_hours[hour, room_key].coins += total

    def write_lists_of(self, room_key: int, database: Database) -> None:
        """Write polls and lists now, if any are a room's, so that the database can be asked about them."""
        if any(poll[0] == room_key for poll in self.polls):
            self._write_lists(database)

    def _write_lists(self, database: Database) -> None:
        for table, records in (
            (tables.SNAPSHOTS, self.snapshots),
            (tables.ENTRIES, self.entries),
            (tables.QUARANTINE, self.quarantine),
            (tables.POLLS, self.polls),
        ):
            database.insert(table, records)
            records.clear()

    def write(self, database: Database) -> None:
        """Write everything, always in the same order, so that workers wait for each other and never deadlock."""
        self._write_lists(database)
        database.insert(tables.RESETS, self.resets)
        database.insert(tables.STAYS, self.stays)
        database.insert(tables.ARRIVALS, self.arrivals)
        with database.at_once():
            database.bulk("end_stays", [each for those in self.ended_stays.values() for each in those])
            database.bulk("see_earlier", [(at, user) for user, at in sorted(self.earlier.items())])
            database.bulk("add_former_names", self.former_names)
            database.bulk("see_profiles", [(key, at, user) for user, (key, at) in sorted(self.profiles.items())])
            self._count(database)

    def _count(self, database: Database) -> None:
        hours = sorted(self.room_hours.items(), key=itemgetter(0))
        database.bulk("count_room_hours", [each.record(*key) for key, each in hours])
        given = [
            (*key, user, *map(_at_most, each))
            for key, those in sorted(self.contributor_hours.items(), key=itemgetter(0))
            for user, each in sorted(those.items(), key=itemgetter(0))
        ]
        database.bulk("count_contributor_hours", given)


def _at_most(coins: int | None) -> int | None:
    return coins if coins is None or coins < MOST else MOST
