"""Answers questions from a database; contract.Records says what each answer is."""

from collections.abc import Iterator

from rankcrawler.clock import iso, ms
from rankcrawler.errors import DamagedList
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.targets import RoomName, Target
from rankcrawler.store import days, gains, lists, sessions, tables
from rankcrawler.store.answers import (
    Contributor,
    Counts,
    Gains,
    PollRecord,
    Recurring,
    Session,
    Source,
    Status,
    Stay,
)
from rankcrawler.store.database import Database, Record
from rankcrawler.store.list_choice import CHANGED, Lists
from rankcrawler.store.lists import StoredList, StoredRoom
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored, texts

AT_MS = StoredList._fields.index("at_ms")


class Reading:
    """The answers of a store in a database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        """Where everything is asked."""
        self.damage: list[DamagedList] = []
        """The lists that `lists` and `gains` have left out."""

    def counts(self) -> Counts:
        """How much the store holds."""
        return Counts(*self.database.all("counts")[0])

    def latest(self, room_id: str, *, kind: str = RANKLIST.name, source: str | None = None) -> RoomSnapshot | None:
        """The room's last list."""
        room = self._room(room_id, kind, source)
        return None if room is None else self._first_list(room, "latest_list")

    def at(
        self, room_id: str, moment: str, *, kind: str = RANKLIST.name, source: str | None = None
    ) -> RoomSnapshot | None:
        """The room's list at a moment."""
        room = self._room(room_id, kind, source)
        return None if room is None else self._first_list(room, "list_at", at_ms=ms(moment))

    def lists(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
        which: Lists = CHANGED,
    ) -> Iterator[RoomSnapshot]:
        """The room's lists in a time."""
        room = self._room(room_id, kind, source)
        if room is not None:
            records = self._list_records(room, ms(since), ms(until), every_poll=which != CHANGED)
            for record in which.of(records, AT_MS):
                try:
                    found = lists.snapshot(self.database, room, record)
                except DamagedList as damage:
                    self.damage.append(damage)
                else:
                    if found is not None:
                        yield found

    def polled(
        self,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        room_id: str | None = None,
        source: str | None = None,
    ) -> int:
        """How many polls brought a list."""
        span = {"since_ms": ms(since), "until_ms": ms(until)}
        of = {"kind": kind, "room_id": encoded(room_id or ""), "source": encoded(source or "")}
        found = self.database.all("count_polled", **of, **span)
        return int(found[0][0])

    def polls(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
        limit: int = 10_000,
    ) -> list[PollRecord]:
        """The room's polls in a time."""
        room = self._room(room_id, kind, source)
        if room is None:
            return []
        span = {"since_ms": ms(since), "until_ms": ms(until)}
        records = self.database.all("polls", room_key=room.room_key, **span, limit=limit)
        return [
            PollRecord._make([iso(at), iso(polled), *restored(rest), None if clock is None else iso(clock), texts(own)])
            for at, polled, clock, *rest, own in records
        ]

    def contributor(self, user_id: str, *, source: str | None = None) -> Contributor | None:
        """A contributor's latest profile."""
        found = self._contributor(user_id, source)
        if found is None:
            return None
        key, first_seen_ms, *profile = found
        [(last_seen_ms,)] = self.database.all("last_seen", user_key=key)
        last_seen = iso(first_seen_ms if last_seen_ms is None else last_seen_ms)
        return Contributor._make([*profile, iso(first_seen_ms), last_seen])

    def trail(self, user_id: str, *, source: str | None = None, limit: int = 1000) -> list[Stay]:
        """Where a contributor was."""
        found = self._contributor(user_id, source)
        if found is None:
            return []
        key = found[0]
        return [self._stay(key, record) for record in self.database.all("stays", user_key=key, limit=limit)]

    def gains(
        self, room_id: str, since: str, until: str, *, kind: str = RANKLIST.name, source: str | None = None
    ) -> Gains:
        """Who gave how much in a room."""
        room = self._room(room_id, kind, source)
        if room is None:
            return gains.NONE
        return gains.between(self.database, room, (ms(since), ms(until)), self.damage)

    def sessions(self, anchor: str | None = None, *, room_id: str | None = None) -> list[Session]:
        """The sessions of an anchor, or in a room, or all."""
        of = {"anchor": encoded(anchor or ""), "room_id": encoded(room_id or "")}
        return [sessions.of_record(record) for record in self.database.all("sessions", **of)]

    def rooms(self, kind: str = RANKLIST.name) -> Iterator[str]:
        """All rooms with lists of a kind."""
        after = ""
        while records := self.database.all("rooms", kind=kind, after=after):
            after = records[-1][0]
            yield from (restored(record)[0] for record in records)

    def recurring(self, source: str) -> Iterator[Recurring]:
        """A gateway's rooms that a queue should hold."""
        for _, source_key in self.database.find(tables.SOURCES.find, [(encoded(source),)]):
            after = 0
            while records := self.database.all("recurring", source_key=source_key, after=after):
                after = records[-1][0]
                for _, last_polled_ms, *place in records:
                    kind, room_id, anchor_id, *schedule = restored(place)
                    target = Target(source, kind, room_id, anchor_id)
                    yield Recurring(target, Schedule(*schedule), iso(last_polled_ms))

    def sources(self) -> list[Source]:
        """Every gateway."""
        return [
            Source(name, rooms, users, iso(first), iso(last))
            for name, rooms, users, first, last in map(restored, self.database.all("sources"))
        ]

    def sources_of_room(self, room_id: str, kind: str = RANKLIST.name) -> list[str]:
        """The gateways that served a room."""
        found = self.database.all("rooms_named", room_id=encoded(room_id), kind=kind)
        return [restored(record)[1] for record in found]

    def sources_of_contributor(self, user_id: str) -> list[str]:
        """The gateways that listed a contributor."""
        return [restored(record)[0] for record in self.database.all("sources_of_user", user_id=encoded(user_id))]

    def status(self, source: str | None = None) -> Status:
        """The store at a glance."""
        ask, of = self.database.all, {} if source is None else {"source": encoded(source)}
        *sums, first_day, last_day = ask("sums_of_source" if of else "sums", **of)[0]
        rooms, users = ask("rooms_and_users_of_source" if of else "rooms_and_users", **of)[0]
        known = [None if day is None else days.name(day) for day in (first_day, last_day)]
        place, version, size = self.database.place, self.database.version(), self.database.size()
        return Status._make([place, version, size, rooms, users, *map(int, sums), *known])

    def _room(self, room_id: str, kind: str, source: str | None) -> StoredRoom | None:
        """The room of that id; if several gateways have one, the one polled last."""
        for key, *name in self.database.all("rooms_named", room_id=encoded(room_id), kind=kind):
            room = StoredRoom(key, RoomName(*restored(name)))
            if source in (None, room.name.source):
                return room
        return None

    def _contributor(self, user_id: str, source: str | None) -> Record | None:
        """The contributor of that id: a record of contributors_named, with its texts restored."""
        for record in map(restored, self.database.all("contributors_named", user_id=encoded(user_id))):
            if source in (None, record[2]):
                return record
        return None

    def _list_records(self, room: StoredRoom, since_ms: int, until_ms: int, *, every_poll: bool) -> Iterator[Record]:
        """Records of list_columns, some hundreds at a time."""
        asked = {"room_key": room.room_key, "until_ms": until_ms, "every_poll": int(every_poll)}
        while records := self.database.all("lists_between", since_ms=since_ms, **asked):
            yield from records
            since_ms = records[-1][AT_MS] + 1

    def _first_list(self, room: StoredRoom, query: str, **values: int) -> RoomSnapshot | None:
        records = self.database.all(query, room_key=room.room_key, **values)
        return lists.snapshot(self.database, room, records[0]) if records else None

    def _stay(self, user_key: int, record: Record) -> Stay:
        kind, room_id, anchor_id, since, until, ended, first_score, last_score, base_key, step, over = restored(record)
        if ended is None and base_key is not None:
            found = self.database.all("score_in", **days.chain(base_key, step), user_key=user_key)
            last_score = found[0][0] if found else None
        is_over = ended is not None or over is not None
        return Stay(kind, room_id, anchor_id, iso(since), iso(until), is_over, first_score, last_score)
