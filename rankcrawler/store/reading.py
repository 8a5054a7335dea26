"""What a store in a database answers; contract.Records says what each answer is."""

from collections.abc import Iterator
from itertools import chain

from rankcrawler.clock import iso, ms
from rankcrawler.model.items import Kind, RoomSnapshot
from rankcrawler.store import days, gains, lists
from rankcrawler.store.contract import Activity, Counts, Gains, Giver, Poll, Purged, Recurring, Status, Stay, User
from rankcrawler.store.database import Database, Row
from rankcrawler.store.days import chain_of
from rankcrawler.store.lists import RoomName, texts
from rankcrawler.store.text import kept


class Reading:
    """Answers questions from a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> Counts:
        """Row by row."""
        return Counts(*self._database.all("counts")[0])

    def latest(self, room_id: str, *, kind: Kind = "ranklist", source: str | None = None) -> RoomSnapshot | None:
        """A room's last list."""
        room = self._room(room_id, kind, source)
        return None if room is None else self._first_list(room, "latest_list", room.room_key)

    def at(
        self, room_id: str, moment: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> RoomSnapshot | None:
        """A room's list at a moment."""
        room = self._room(room_id, kind, source)
        return None if room is None else self._first_list(room, "list_at", room.room_key, ms(moment))

    def lists(
        self, room_id: str, since: str, until: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> Iterator[RoomSnapshot]:
        """A room's lists in a time."""
        room = self._room(room_id, kind, source)
        if room is not None:
            for row in self._database.all("lists_between", room.room_key, ms(since), ms(until)):
                yield lists.snapshot(self._database, room, row)

    def polls(
        self,
        room_id: str,
        since: str,
        until: str,
        *,
        kind: Kind = "ranklist",
        source: str | None = None,
        limit: int = 10_000,
    ) -> list[Poll]:
        """A room's polls in a time."""
        room = self._room(room_id, kind, source)
        if room is None:
            return []
        rows = self._database.all("polls", room.room_key, ms(since), ms(until), limit)
        return [Poll(iso(at), iso(polled), *texts(tuple(rest))) for at, polled, *rest in rows]

    def user(self, user_id: str, *, source: str | None = None) -> User | None:
        """A user's latest profile."""
        found = self._user(user_id, source)
        if found is None:
            return None
        key, *profile, first_seen_ms = found
        [(last_seen_ms,)] = self._database.all("last_seen", key, key, key)
        last_seen = iso(first_seen_ms if last_seen_ms is None else last_seen_ms)
        return User._make([*texts(tuple(profile)), iso(first_seen_ms), last_seen])

    def trail(self, user_id: str, *, source: str | None = None, limit: int = 1000) -> list[Stay]:
        """Where a user was."""
        found = self._user(user_id, source)
        if found is None:
            return []
        key = found[0]
        return [self._stay(key, row) for row in self._database.all("stays", key, key, key, limit)]

    def gains(
        self, room_id: str, since: str, until: str, *, kind: Kind = "ranklist", source: str | None = None
    ) -> Gains:
        """Who gave how much in a room."""
        room = self._room(room_id, kind, source)
        return gains.NONE if room is None else gains.between(self._database, room.room_key, ms(since), ms(until))

    def top_givers(self, day: str, *, limit: int = 100) -> list[Giver]:
        """Who gave most on a day."""
        return [Giver(*texts(row)) for row in self._database.all("top_givers", days.number(day), limit)]

    def active_rooms(self, day: str, *, limit: int = 100) -> list[Activity]:
        """Where most was given on a day."""
        return [Activity(*texts(row)) for row in self._database.all("active_rooms", days.number(day), limit)]

    def rooms(self, kind: Kind = "ranklist") -> Iterator[str]:
        """All rooms."""
        after = ""
        while rows := self._database.all("rooms", kind, after):
            after = rows[-1][0]
            yield from (texts(row)[0] for row in rows)

    def recurring(self, source: str) -> Iterator[Recurring]:
        """The rooms of a gateway that a queue should hold."""
        for (source_key,) in self._database.all("find_source", kept(source)):
            after = 0
            while rows := self._database.all("recurring", source_key, after):
                after = rows[-1][0]
                yield from (Recurring._make([*texts(tuple(row[1:-1])), iso(row[-1])]) for row in rows)

    def status(self) -> Status:
        """The store at a glance."""
        *sums, first_day, last_day = self._database.all("sums")[0]
        rooms, users = self._database.all("rooms_and_users")[0]
        known = [None if day is None else days.name(day) for day in (first_day, last_day)]
        place, version, size = self._database.place, self._database.version(), self._database.size()
        return Status._make([place, version, size, rooms, users, *map(int, sums), *known])

    def purge(self, before: str) -> Purged:
        """Remove days."""
        return Purged(*self._database.purge(days.day_of(ms(before))))

    def _room(self, room_id: str, kind: Kind, source: str | None) -> RoomName | None:
        """The room of that name; of several gateways' the one that was polled last."""
        rooms = [RoomName(*texts(row)) for row in self._database.all("rooms_named", kept(room_id), kind)]
        return next((room for room in rooms if source in (None, room.source)), None)

    def _user(self, user_id: str, source: str | None) -> Row | None:
        users = self._database.all("users_named", kept(user_id))
        return next((user for user in users if source in (None, texts(user)[1])), None)

    def _first_list(self, room: RoomName, query: str, *values: int) -> RoomSnapshot | None:
        rows = self._database.all(query, *values)
        return lists.snapshot(self._database, room, rows[0]) if rows else None

    def _stay(self, user_key: int, row: Row) -> Stay:
        kind, room_id, anchor_id, since, until, ended, first_score, last_score, base_key, step = texts(row)
        if ended is None and base_key is not None:
            found = self._database.all("score_in", *chain_of(base_key, step), user_key)
            last_score = next(chain.from_iterable(found), None)
        return Stay(kind, room_id, anchor_id, iso(since), iso(until), ended is not None, first_score, last_score)
