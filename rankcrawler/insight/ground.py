"""What every question stands on: a store that is read, its time zone, and the time that it is."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import NamedTuple

from rankcrawler import moments
from rankcrawler.clock import LAST_MS
from rankcrawler.errors import NotInStore
from rankcrawler.insight.answers import Contributor
from rankcrawler.language import tr
from rankcrawler.model import kinds
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.targets import RoomName
from rankcrawler.store import days
from rankcrawler.store.database import Database, Record
from rankcrawler.store.known_lists import KnownLists
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.reading import Reading
from rankcrawler.store.text import encoded
from rankcrawler.store.values import restored
from rankcrawler.store.walk import Walks

Moment = str | datetime
"""A text as on the command line (`12:03`, `yesterday 20:00`, `90s` ago, ISO 8601), or a datetime. What has no offset is
in the store's time zone."""
END_MS = LAST_MS
"""After all lists: a gateway's clock may be some minutes ahead."""


class Choice(NamedTuple):
    """Which lists a question is about."""

    kind: str
    """The name of a kind of list."""
    source: str | None
    """The name of a gateway; None for all, or for the one that polled a room last."""

    def values(self) -> dict[str, str]:
        """The values of a query."""
        kinds.named(self.kind)
        return {"kind": self.kind, "source": encoded(self.source or "")}


class Ground(Reading):
    """A store that is read."""

    def __init__(self, database: Database, zone: tzinfo, now_ms: Callable[[], int] | None = None) -> None:
        super().__init__(database)
        self.zone = zone
        self.now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        """Milliseconds since 1970."""
        self.known = KnownLists()
        """Lists that were read before. Those who read the same store may share them."""
        self._walks: Walks | None = None

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """What is asked in the block is of one moment of the store, and a room's lists are read once for all of it."""
        if self._walks is not None:
            yield
            return
        with self.database.unchanging():
            self._walks = Walks(self.database)
            try:
                yield
            finally:
                self._walks = None

    @property
    def walks(self) -> Walks:
        """Through lists that stay as they are: those that were read before in one `unchanging`."""
        return self._walks or Walks(self.database)

    def moment(self, given: Moment, before_ms: int | None = None) -> int:
        """A moment in milliseconds since 1970; an age is one before `before_ms`, or before now.

        Raises SettingError for a text that is no moment, and for a moment that is later than that.
        """
        if isinstance(given, datetime):
            given = (given if given.tzinfo else given.replace(tzinfo=self.zone)).isoformat()
        return moments.parsed(given, self.zone, self.now_ms() if before_ms is None else before_ms)

    def span(self, since: Moment | None, until: Moment | None) -> tuple[int, int]:
        """From a moment until before another, in milliseconds: from the beginning and to the end, if None."""
        since_ms = 0 if since is None else max(self.moment(since), 0)
        return since_ms, END_MS if until is None else self.moment(until)

    def room(self, room_id: str, choice: Choice) -> StoredRoom:
        """The room of an id; raises NotInStore if there is none."""
        choice.values()
        room = self._room(room_id, choice.kind, choice.source)
        if room is None:
            raise _never_polled(room_id)
        return room

    def rooms_named(self, room_ids: Iterable[str], choice: Choice) -> list[StoredRoom]:
        """The rooms of different ids, in their order; raises NotInStore for the first that there is not."""
        wanted = {encoded(room_id): room_id for room_id in room_ids}
        choice.values()
        found = self.database.find("insight_rooms_named", [(room_id, choice.kind) for room_id in wanted])
        rooms: dict[str, StoredRoom] = {}
        for _, *record in sorted(found, key=lambda each: (each[0], -each[1])):  # of one id, the one polled last counts
            room = stored_room(record)
            if choice.source in (None, room.name.source):
                rooms[room.name.room_id] = room
        for room_id in wanted.values():
            if room_id not in rooms:
                raise _never_polled(room_id)
        return [rooms[room_id] for room_id in wanted.values()]

    def first_list(self, room: StoredRoom, query: str, **values: int) -> RoomSnapshot | None:
        """The first list that a query finds; None if there is none. Raises DamagedList."""
        return self._first_list(room, query, **values)

    def shown(self, at_ms: int) -> str:
        """A moment for people, in the store's time zone."""
        return moments.shown(at_ms, self.zone)

    def contributor_record(self, user_id: str, source: str | None) -> Record:
        """A record of contributors_named; raises NotInStore if no list had the contributor."""
        found = self._contributor(user_id, source)
        if found is None:
            raise NotInStore(tr("contributor {user} was never in a list", user=user_id))
        return found

    def users(self, keys: Iterable[int]) -> dict[int, tuple[Contributor, int]]:
        """Contributors by their keys, each with the moment of the first list that had them, in milliseconds."""
        found = self.database.find("insight_users", [(key,) for key in sorted({*keys})])
        return {key: (Contributor(*names), first) for key, *names, first in map(restored, found)}

    def purged_before(self, since_ms: int) -> str | None:
        """The day before which lists were purged, if a question from a moment on is about such lists."""
        [(day,)] = self.database.all("insight_purged")
        return None if day is None or since_ms >= day * days.DAY_MS else days.name(day)


def _never_polled(room_id: str) -> NotInStore:
    return NotInStore(tr("room {room} was never polled", room=room_id))


def stored_room(record: Iterable[object]) -> StoredRoom:
    """A room, given its key, source, kind and id."""
    key, *name = restored(record)
    return StoredRoom(key, RoomName(*name))
