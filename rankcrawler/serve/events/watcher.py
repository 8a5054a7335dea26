"""Looks at store, queue and alerts again and again while a stream is open, and tells the feed what has changed."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from rankcrawler.clock import iso
from rankcrawler.errors import RankcrawlerError
from rankcrawler.insight import watching
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.watching import Live, RoomSeen
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.queue import status
from rankcrawler.queue.status import Status
from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.events.alerts import AlertsSeen
from rankcrawler.serve.events.feed import Feed
from rankcrawler.serve.queues import Queues

INTERVAL = 0.5
"""Seconds between looks."""
_LOOKS_PER_FLEET = 4
_LOOKS_PER_ROUND = 120
"""Looks after which all rooms are compared once: a worker may write late what it has polled long before."""
_IDLE_LOOKS = 120
"""Looks without a stream after which there are no more: a browser that comes back has missed nothing until then."""
_OVERLAP_MS = 60_000
"""How far before the latest poll that is known a look begins."""
_log = logging.getLogger(__name__)


class _Look:
    """What a look at the store finds."""

    def __init__(self, state: str, rooms: list[RoomSeen], live: list[Live]) -> None:
        self.state = state
        self.rooms = rooms
        self.live = {each.session_key: each for each in live}


class Watcher:
    """One for all streams. Some time after the last one it stops; what happened until the next is not known then."""

    def __init__(self, desk: Desk, queues: Queues, alerts: Alerts, feed: Feed, interval: float = INTERVAL) -> None:
        self._desk = desk
        self._queues = queues
        self._alerts = AlertsSeen(alerts)
        self._feed = feed
        self._interval = interval
        self._state = ""
        self._rooms: dict[int, int | None] | None = None
        self._live: dict[int, Live] = {}
        self._latest_ms = 0
        self._fleet: dict[str, Any] | None = None
        self._looks = 0
        self._running: asyncio.Task[None] | None = None
        feed.on_listen = self.start

    @property
    def is_running(self) -> bool:
        """Whether it looks."""
        return self._running is not None and not self._running.done()

    def start(self) -> None:
        """Look from now on, while streams are open."""
        if not self.is_running:
            if self._running is not None:
                self._feed.add("reset", {})
            self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Look no more."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        self._rooms, self._fleet, self._state = None, None, ""
        self._alerts.forget()
        idle = 0
        while idle < _IDLE_LOOKS:
            idle = 0 if self._feed.listeners else idle + 1
            try:
                await self.look()
            except Exception:
                _log.exception("a look at the store has failed")
            await asyncio.sleep(self._interval)

    async def look(self) -> None:
        """Compare store and alerts, and now and then the queue, with the look before.

        What cannot be read is read later.
        """
        self._looks += 1
        with suppress(RankcrawlerError):
            await self._look_at_store()
        if self._looks % _LOOKS_PER_FLEET == 1:
            await self._look_at_fleet()
        if (alerts := await self._alerts.look()) is not None:
            self._feed.add("alerts", alerts)

    async def _look_at_store(self) -> None:
        is_first = self._rooms is None
        is_round = is_first or self._looks % _LOOKS_PER_ROUND == 0
        since_ms = 0 if is_round else self._latest_ms - _OVERLAP_MS
        known = "" if is_round else self._state

        def looked(store: Questions) -> _Look | None:
            state = store.records.database.state()
            if state == known:
                return None
            with store.records.database.unchanging():
                return _Look(state, watching.rooms_since(store.records, since_ms), watching.live(store.records))

        found = await self._desk.ask(looked)
        if found is None:
            return
        self._compare(found, is_first=is_first)
        self._state = found.state

    def _compare(self, found: _Look, *, is_first: bool) -> None:
        rooms = self._rooms = {} if self._rooms is None else self._rooms
        for room in found.rooms:
            self._latest_ms = max(self._latest_ms, room.polled_ms)
            if not is_first and rooms.get(room.room_key, -1) != room.last_snapshot:
                self._feed.add("list", _list(room))
            rooms[room.room_key] = room.last_snapshot
        if not is_first:
            for key in found.live.keys() - self._live.keys():
                self._feed.add("live", _session(found.live[key]))
            for key in self._live.keys() - found.live.keys():
                self._feed.add("ended", _session(self._live[key]))
        self._live = found.live

    async def _look_at_fleet(self) -> None:
        try:
            now = _fleet(await self._queues.ask(RANKLIST.name, status.status))
        except RankcrawlerError as error:
            now = {"state": "unknown", "reason": str(error)}
        if self._fleet is not None and now != self._fleet:
            self._feed.add("fleet", now)
        self._fleet = now


def _list(room: RoomSeen) -> dict[str, Any]:
    return {
        "source": room.source,
        "kind": room.kind,
        "room_id": room.room_id,
        "anchor_id": room.anchor_id,
        "polled_at": iso(room.polled_ms),
        "row_count": room.row_count,
    }


def _session(live: Live) -> dict[str, Any]:
    return {"source": live.source, "anchor": live.anchor, "room_id": live.room_id, "begun_at": iso(live.begun_ms)}


def _fleet(now: Status) -> dict[str, Any]:
    """What people act on: not what changes with every poll."""
    return {
        "state": now.state,
        "reason": now.reason,
        "workers": sorted(each.name for each in now.workers),
        "dead": now.depth.dead,
        "failing": now.depth.failing,
        "retired": now.depth.retired,
        "recurring": now.depth.recurring,
    }
