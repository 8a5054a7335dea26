"""A store in a database: the polls of a batch judged, and what they change written in one transaction."""

from collections.abc import Sequence

from rankcrawler.clock import ms
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.store.batch import Batch
from rankcrawler.store.contract import Kept
from rankcrawler.store.database import Database, Row
from rankcrawler.store.days import day_of
from rankcrawler.store.deduplication import Judged, judge
from rankcrawler.store.interning import Interned, plain
from rankcrawler.store.list_writer import ListWriter
from rankcrawler.store.reading import Reading
from rankcrawler.store.room import Room
from rankcrawler.store.text import kept as text_kept

MOST_ARRIVALS = 20_000
"""Users' arrivals that this worker lets lie unsorted: a page of an index is then written once for many of them."""

RoomName = tuple[str, str, str]
"""room_id, kind, source."""


class SqlStore(Reading):
    """Writes to a database and answers questions from it; closes it in the end."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._sources: dict[str, int] = {}
        self._arrivals = int(database.all("count_arrivals")[0][0])
        self._interned = Interned(database)
        self._lists = ListWriter(database, self._interned)

    def write(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> list[Kept]:
        """Keep all in one transaction, on disk when it returns; or raise StoreError and keep none."""
        if not polls:
            return []
        try:
            self._database.prepare({day_of(_moment(poll)) for poll in polls})
            with self._database.transaction():
                return self._write_all(polls)
        except BaseException:
            self._sources.clear()
            self._interned.forget()
            self._lists.forget()
            raise

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _write_all(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> list[Kept]:
        batch = Batch()
        rooms = self._rooms(polls)
        kept: list[Kept] = []
        lists: list[Judged] = []
        for poll in polls:
            room = rooms[_name(poll)]
            if isinstance(poll, FailedPoll):
                kept.append(self._fail(poll, room, batch))
            else:
                judged = judge(poll, room, self._is_stored)
                kept.append(judged.kept)
                lists += [judged] * judged.is_kept
        self._lists.add_all(lists, batch)
        batch.write(self._database)
        self._sort(len(batch.arrivals))
        self._database.bulk("advance_rooms", [room.row() for room in rooms.values()])
        return kept

    def _sort(self, arrivals: int) -> None:
        self._arrivals += arrivals
        if self._arrivals > MOST_ARRIVALS:
            self._database.sort_arrivals()
            self._arrivals = 0

    def _fail(self, poll: FailedPoll, room: Room, batch: Batch) -> Kept:
        at = ms(poll.polled_at)
        if poll.fence < room.fence:
            return Kept.STALE
        if self._is_stored(room, at, False):
            return Kept.DUPLICATE
        verdict = self._interned.verdict((poll.action, poll.reason, poll.status, poll.code, poll.status_code))
        batch.polls.append((room.room_key, at, 0, at, "failed", None, None, None, verdict, poll.attempt))
        counts = batch.rooms[day_of(at), room.room_key]
        counts[0] += 1
        counts[1] += 1
        room.seen.add((at, False))
        room.polled(poll, "failed")
        return Kept.FAILED

    def _rooms(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> dict[RoomName, Room]:
        """The rooms of polls, in the order of their names, so that workers wait for each other in that order."""
        first_polled = {_name(poll): ms(poll.polled_at) for poll in reversed(polls)}
        names = sorted(first_polled)
        wanted = [(text_kept(name[0]), name[1], self._source(name[2]), first_polled[name]) for name in names]
        found = self._found(wanted)
        if len(found) < len(wanted):
            self._database.bulk("add_rooms", wanted)
            found = self._found(wanted)
        return {name: found[want[:3]] for name, want in zip(names, wanted, strict=True)}

    def _found(self, wanted: Sequence[Row]) -> dict[Row, Room]:
        """What is known of rooms, by room_id, kind and source_key; PostgreSQL lets nobody else write them meanwhile."""
        rows = self._database.find("find_rooms", [want[:3] for want in wanted])
        return {row[:3]: Room(*row[2:]) for row in rows}

    def _source(self, source: str) -> int:
        if source not in self._sources:
            name = plain((source,))
            if not self._database.each("find_source", [name])[0]:
                self._database.each("add_source", [name])
            self._sources[source] = self._database.each("find_source", [name])[0][0][0]
        return self._sources[source]

    def _is_stored(self, room: Room, at: int, is_answered: bool) -> bool:
        if (at, is_answered) in room.seen:
            return True
        newest = room.last_captured_ms if is_answered else room.last_polled_ms
        return at <= newest and bool(self._database.each("has_poll", [(room.room_key, at, int(is_answered))])[0])


def _name(poll: RoomSnapshot | FailedPoll) -> RoomName:
    return poll.room_id, poll.kind, poll.source


def _moment(poll: RoomSnapshot | FailedPoll) -> int:
    return ms(poll.captured_at if isinstance(poll, RoomSnapshot) else poll.polled_at)
