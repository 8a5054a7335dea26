"""What a database knows of a room's polls, with those of a batch that is being written."""

from rankcrawler.clock import LAST_MS, ms
from rankcrawler.errors import RefusedByStore
from rankcrawler.language import tr
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.store.database import Database
from rankcrawler.store.deduplication import Place, identity, moment
from rankcrawler.store.room import Room


class RoomPolls:
    """The polls of a room; `room` has those of the batch."""

    def __init__(self, database: Database, room: Room, room_id: str) -> None:
        self._database = database
        self._room = room
        self._room_id = room_id

    def has(self, found: RoomSnapshot | FailedPoll) -> bool:
        """Whether this very poll is stored."""
        room = self._room
        if identity(found) in room.seen:
            return True
        polled_ms = ms(found.polled_at)
        if polled_ms > room.last_polled_ms:
            return False
        if isinstance(found, FailedPoll):
            return bool(self._database.all("has_failed_poll", room_key=room.room_key, at_ms=polled_ms))
        times = {"at_ms": moment(found), "clock_ms": ms(found.captured_at), "polled_ms": polled_ms}
        digest = bytes.fromhex(found.digest)
        return bool(self._database.all("has_list", room_key=room.room_key, digest=digest, **times))

    def place(self, found: RoomSnapshot) -> Place:
        """The place of a list: its moment's, or after the others of that moment. Raises RefusedByStore after 9999."""
        at_ms, last_ms = moment(found), self._room.last_captured_ms
        if at_ms > max(last_ms, self._room.last_polled_ms):
            return Place(at_ms, stands_still=False)
        is_right = at_ms == ms(found.captured_at)
        stands_still = at_ms <= last_ms and is_right and at_ms == self._clock_at(last_ms)
        if stands_still:
            at_ms = last_ms + 1
        while self._clock_at(at_ms) is not None:
            at_ms += 1
        if at_ms > LAST_MS:
            raise RefusedByStore(
                tr("room {room}: more than one list in the last millisecond of 9999", room=self._room_id)
            )
        return Place(at_ms, stands_still)

    def _clock_at(self, at_ms: int) -> int | None:
        """The clock of the list at a place; None if there is none."""
        if at_ms in self._room.clocks:
            return self._room.clocks[at_ms]
        found = self._database.all("clock_at", room_key=self._room.room_key, at_ms=at_ms)
        return int(found[0][0]) if found else None
