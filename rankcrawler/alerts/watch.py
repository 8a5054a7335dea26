"""Looks at the store for what fires. It only reads, and asks next to nothing while nothing is written."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from rankcrawler.alerts import broadcasts, pace, people, silence, stored
from rankcrawler.alerts.conditions import OF_LISTS, Pace, Session, Silence
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.ledger import Cursor, Look
from rankcrawler.alerts.pace import Window
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import Scene
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.steps import steps
from rankcrawler.alerts.stored import RoomNow
from rankcrawler.errors import StoreError
from rankcrawler.insight import sureness
from rankcrawler.insight.ground import Ground
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.veil import Veil
from rankcrawler.store import schema

LOOK_BACK_MS = 86_400_000
"""What happened longer ago than that fires nothing."""
_OVERLAP_MS = 60_000
"""How far before the latest poll that is known a look begins."""
_ROUND_MS = 60_000
"""How often all rooms are compared: a worker may write late what it has polled long before."""
_SILENCE_MS = 10_000
"""How often it is asked for how long no list has arrived."""
_SESSIONS_MS = 7 * 86_400_000
"""How late it may be found that a session has ended."""


_log = logging.getLogger(__name__)


class Watch:
    """One store, as far as it was looked at. Its cursors and all else that is known are read from the state file."""

    def __init__(self, file: StateFile, open_store: Callable[[], Questions], veil: Veil) -> None:
        self._file = file
        self._open_store = open_store
        self._veil = veil
        self._store: Questions | None = None
        self._place = ""
        self._cursors: dict[int, Cursor] = {}
        self.known: dict[str, str] = {}
        """Sessions, silences and dead letters that are known, by the names of things."""
        self._windows: dict[tuple[str, int], Window] = {}
        self._snapshots: dict[int, tuple[int | None, int | None]] = {}
        self._state = ""
        self._latest_ms = 0
        self._round_ms = self._silence_ms = 0
        self._is_new = False

    def look(self, rules: Sequence[Kept], now_ms: int, is_stopping: Callable[[], bool] = lambda: False) -> Look:
        """What has happened since the look before, to be written down and then `keep`-ed; raises StoreError."""
        try:
            ground = self._ground()
            found = Look(self._place)
            state = ground.database.state()
            is_round = not self._state or now_ms - self._round_ms >= _ROUND_MS or any(not r.is_armed for r in rules)
            if state != self._state or is_round:
                self._look_at_rooms(ground, rules, found, now_ms, is_round=is_round, is_stopping=is_stopping)
                if is_stopping():
                    return found
                self._look_at_sessions(ground, rules, found, now_ms)
                self._state, self._round_ms = state, now_ms if is_round else self._round_ms
            is_asked = any(isinstance(each.rule.when, Silence) for each in rules)
            if is_asked and now_ms - self._silence_ms >= _SILENCE_MS:
                self._silence_ms = now_ms
                firings, learnt = silence.firings(stored.arrivals(ground), self.known, rules, self._veil, now_ms)
                found.firings += firings
                found.learnt |= learnt
        except StoreError:  # the file may have been replaced, or the server restarted
            self.close()
            raise
        for text in sureness.damage_of(ground):
            _log.warning("A list was left out, and what it might have fired: %s", text)
        found.armed |= {each.rule.key for each in rules if not each.is_armed}
        return found

    def keep(self, found: Look) -> None:
        """Take in what was written down."""
        self._cursors |= found.cursors
        for thing, value in found.learnt.items():
            if value is None:
                self.known.pop(thing, None)
            else:
                self.known[thing] = value

    def close(self) -> None:
        """Close the store; the next look opens it again, and reads what is known of it."""
        if self._store is not None:
            with suppress(StoreError):
                self._store.close()
        self._store = None

    def _ground(self) -> Ground:
        """The store as it is in its place."""
        if self._store is not None:
            database = self._store.records.database
            database.state()
            if database.version() != schema.version():
                self.close()
        if self._store is None:
            self._store = self._open_store()
            self._place = self._store.records.database.place
            found = self._file.all("cursors", store=self._place)
            self._cursors = {key: Cursor(*cursor) for key, *cursor in found}
            self.known = dict(self._file.all("known", store=self._place))
            self._is_new = not self._cursors
            self._windows.clear()
            self._snapshots.clear()
            self._state, self._latest_ms = "", 0
        return self._store.records

    def _look_at_rooms(
        self,
        ground: Ground,
        rules: Sequence[Kept],
        found: Look,
        now_ms: int,
        *,
        is_round: bool,
        is_stopping: Callable[[], bool],
    ) -> None:
        floor_ms = now_ms - LOOK_BACK_MS
        if self._is_new or not any(each.is_armed for each in rules):
            floor_ms = max(floor_ms, min((each.rule.made_ms for each in rules), default=now_ms))
        for room in stored.rooms(ground, 0 if is_round else self._latest_ms - _OVERLAP_MS):
            if is_stopping():
                return
            self._latest_ms = max(self._latest_ms, room.last_polled_ms)
            lists = (room.counted_snapshot, room.last_snapshot)
            if self._snapshots.get(room.room_key) == lists:
                continue  # polls since then brought the same list
            with ground.database.unchanging():
                found.firings += self._look_at_room(ground, room, rules, floor_ms)
            self._snapshots[room.room_key] = lists
            found.cursors[room.room_key] = Cursor(room.room_id, room.counted_ms, room.listed_ms)
        self._is_new = False

    def _look_at_room(self, ground: Ground, room: RoomNow, rules: Sequence[Kept], floor_ms: int) -> list[Firing]:
        scene = Scene(ground, room, self._veil)
        covering = [each for each in rules if scene.is_covered(each)]
        cursor = self._cursors.get(room.room_key)
        if cursor is None or cursor.room_id != room.room_id:
            cursor = Cursor(room.room_id, -1, -1)
        is_old = room.first_polled_ms < floor_ms
        counted_ms, listed_ms = (max(each, floor_ms) if is_old else each for each in cursor[1:])
        firings = [*broadcasts.anonymous(scene, listed_ms, covering)] if room.listed_ms > listed_ms else []
        if room.counted_ms > counted_ms and any(isinstance(each.rule.when, OF_LISTS) for each in covering):
            firings += self._follow_lists(scene, covering, counted_ms)
        return firings

    def _follow_lists(self, scene: Scene, rules: Sequence[Kept], counted_ms: int) -> list[Firing]:
        room = scene.room
        paced = [(each, each.rule.when) for each in rules if isinstance(each.rule.when, Pace)]
        missing = [when.within for each, when in paced if (each.rule.key, room.room_key) not in self._windows]
        earlier_ms = -1 if counted_ms < 0 else max(counted_ms - round(max(missing, default=0) * 1000), 0)
        found = steps(scene.ground, room, earlier_ms, room.counted_ms)
        new = [each for each in found if each.at_ms > counted_ms]
        firings = [firing for seen in new for firing in people.firings(scene, seen, rules)]
        for kept, when in paced:
            key = (kept.rule.key, room.room_key)
            is_filled = key in self._windows
            window = self._windows.setdefault(key, Window(round(when.within * 1000)))
            firings += pace.firings(scene, new if is_filled else found, kept, window, counted_ms)
        return firings

    def _look_at_sessions(self, ground: Ground, rules: Sequence[Kept], found: Look, now_ms: int) -> None:
        if not any(isinstance(each.rule.when, Session) for each in rules):
            return
        seen = stored.sessions(ground, now_ms - _SESSIONS_MS)
        firings, learnt = broadcasts.sessions(seen, self.known, rules, self._veil)
        found.firings += firings
        found.learnt |= learnt
