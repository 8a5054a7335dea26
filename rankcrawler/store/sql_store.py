"""A store in a database: decides on the polls of a batch, and writes what they change in one transaction."""

from collections.abc import Iterator, Sequence

from rankcrawler.clock import ms
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, Poll
from rankcrawler.model.sessions import SessionChange
from rankcrawler.model.targets import RoomName
from rankcrawler.store import checking, deduplication, repairing, sessions, sources, tables
from rankcrawler.store.answers import Finding, Joined, Purged
from rankcrawler.store.batch import Batch
from rankcrawler.store.contract import Kept
from rankcrawler.store.database import Database, Record
from rankcrawler.store.days import day_of, hour_of
from rankcrawler.store.deduplication import Decision
from rankcrawler.store.interning import Interned
from rankcrawler.store.keys import keys_of
from rankcrawler.store.list_writer import ListWriter
from rankcrawler.store.reading import Reading
from rankcrawler.store.room import Room
from rankcrawler.store.room_polls import RoomPolls
from rankcrawler.store.standing import Standing
from rankcrawler.store.taken_list import TakenList
from rankcrawler.store.text import encoded

MOST_ARRIVALS = 20_000
"""Arrivals that this worker leaves unsorted: each page of an index is then written once for many of them."""


class SqlStore(Reading):
    """Writes to a database and answers questions from it; closes it in the end."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._sources: dict[str, int] = {}
        self._arrivals = int(database.all("count_arrivals")[0][0])
        self._interned = Interned(database)
        self._lists = ListWriter(database, self._interned)

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        """Keep all polls in one transaction, on disk on return, or raise StoreError and keep none."""
        if not polls:
            return []
        try:
            self.database.prepare({day_of(deduplication.moment(poll.found)) for poll in polls})
            with self.database.transaction():
                return self._write_all(polls)
        except BaseException:
            self._sources.clear()
            self._interned.forget()
            self._lists.forget()
            raise

    def note(self, changes: Sequence[SessionChange]) -> None:
        """Take in what has become of anchors' sessions, in one transaction."""
        try:
            with self.database.transaction():
                self._check_sources(sorted({change.source for change in changes}))
                for change in changes:
                    sessions.note(self.database, self._source(change.source), change)
        except BaseException:
            self._sources.clear()
            raise

    def rename_source(self, old: str, new: str) -> Joined:
        """Call a gateway by another name; joins it with the one of that name, if there is one."""
        with self.database.transaction():
            return sources.rename(self.database, old, new)

    def purge(self, before: str, source: str | None = None) -> Purged:
        """Remove days, of all gateways or of one."""
        day = day_of(ms(before))
        if source is None:
            return Purged(*self.database.purge(day))
        with self.database.transaction():
            return sources.purge(self.database, source, day)

    def check(self) -> Iterator[Finding]:
        """What is not as it was written."""
        return checking.findings(self.database)

    def repair(self) -> None:
        """Rebuild what can be, and mark what is lost."""
        with self.database.alone():
            repairing.repair(self.database)
        self._lists.forget()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _write_all(self, polls: Sequence[Poll]) -> list[Kept]:
        batch = Batch()
        self._check_sources(sorted({poll.target.source for poll in polls}))
        rooms = self._rooms(polls)
        kept: list[Kept] = []
        lists: dict[int, TakenList] = {}
        for poll in polls:
            room = rooms[poll.target.room]
            decision = deduplication.decide(poll, room, RoomPolls(self.database, room, poll.target.room_id))
            kept.append(decision.kept)
            if decision.is_written and (taken := self._take(poll, room, decision, batch)):
                lists[len(kept) - 1] = taken
        for index, standing in zip(lists, self._lists.add_all([*lists.values()], batch), strict=True):
            if standing is Standing.OLDER:
                kept[index] = kept[index].of_older
        batch.write(self.database)
        self._sort(len(batch.arrivals))
        self.database.bulk("advance_rooms", [room.record() for room in rooms.values()])
        return kept

    def _take(self, poll: Poll, room: Room, decision: Decision, batch: Batch) -> TakenList | None:
        """Take a poll in; returns its list, if it brought one, to be added later."""
        found, at_ms = poll.found, decision.at_ms
        outcome = deduplication.outcome_of(found, decision.kept)
        room.seen.add(deduplication.identity(found))
        room.note(poll, outcome)
        if isinstance(found, FailedPoll):
            self._add_failure(found, room, at_ms, batch)
            return None
        room.clocks[at_ms] = ms(found.captured_at)
        found = rules.with_flags_of_poll(found, ())
        order = (at_ms, decision.is_newest, decision.is_same, room.last_captured_ms)
        taken = TakenList(found, room, outcome, *order, decision.stands_still)
        if decision.is_newest:
            room.last_captured_ms, room.last_fingerprint = at_ms, decision.fingerprint
        return taken

    def _add_failure(self, failed: FailedPoll, room: Room, at_ms: int, batch: Batch) -> None:
        verdict = self._interned.verdict((failed.action, failed.reason, failed.status, failed.code, failed.status_code))
        batch.polls.append(
            (room.room_key, at_ms, 0, at_ms, "failed", *(None,) * 3, verdict, failed.attempt, None, None)
        )
        hour = batch.room_hours[hour_of(at_ms), room.room_key]
        hour.polls += 1
        hour.failures += 1

    def _sort(self, arrivals: int) -> None:
        self._arrivals += arrivals
        if self._arrivals > MOST_ARRIVALS:
            self.database.sort_arrivals()
            self._arrivals = 0

    def _rooms(self, polls: Sequence[Poll]) -> dict[RoomName, Room]:
        """The rooms of polls, in the order of their names; those that are new are added."""
        first_polled = {poll.target.room: ms(poll.found.polled_at) for poll in reversed(polls)}
        names = sorted(first_polled)
        wanted = [(encoded(name.room_id), name.kind, self._source(name.source)) for name in names]
        found = self._found(wanted)
        if len(found) < len(wanted):
            new = [(*want, first_polled[name]) for name, want in zip(names, wanted, strict=True)]
            self.database.bulk("add_rooms", new)
            found = self._found(wanted)
        return {name: found[want] for name, want in zip(names, wanted, strict=True)}

    def _found(self, wanted: Sequence[Record]) -> dict[Record, Room]:
        """What is known of rooms, by room_id, kind and source_key; PostgreSQL locks them until the transaction ends."""
        records = self.database.find("find_rooms", wanted)
        return {record[:3]: Room.of(record[2:]) for record in records}

    def _check_sources(self, names: Sequence[str]) -> None:
        """Forget everything if a gateway's key has changed: someone has renamed it, or joined it with another."""
        found: dict[str, int] = dict(self.database.find(tables.SOURCES.find, [(encoded(name),) for name in names]))
        if any(self._sources.get(name) not in (None, found.get(encoded(name))) for name in names):
            self._sources.clear()
            self._interned.forget()
            self._lists.forget()

    def _source(self, source: str) -> int:
        if source not in self._sources:
            [self._sources[source]] = keys_of(self.database, tables.SOURCES, [(encoded(source),)])
        return self._sources[source]
