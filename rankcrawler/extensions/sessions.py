"""What follows from looks at anchors: rooms are polled, or polled a last time, and sessions are noted in the store."""

import logging
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.extensions.peers import Peers
from rankcrawler.model.anchors import Anchor, Look, State
from rankcrawler.model.sessions import Followed, SessionChange, Task, steps
from rankcrawler.queue.anchor_queue import AnchorQueue, Plan
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease
from rankcrawler.queue.room_queue import RoomQueue

logger = logging.getLogger(__name__)


class Led(NamedTuple):
    """An anchor that this worker may look up."""

    lease: Lease
    anchor: Anchor
    plan: Plan
    known: Followed


class Sessions:
    """Carries out what follows. `now_ms` is the clock that the fleet shares.

    With `hides_names`, titles and the names of anchors are passed over: they may name people.
    """

    def __init__(
        self,
        anchors: AnchorQueue,
        rooms: RoomQueue,
        peers: Peers,
        source: str,
        now_ms: Callable[[], int],
        end_after: int,
        *,
        hides_names: bool = False,
    ) -> None:
        self._anchors = anchors
        self._rooms = rooms
        self._peers = peers
        self._stats: StatsCollector = peers.crawler.stats
        self._source = source
        self._now_ms = now_ms
        self._end_after = end_after
        self._hides_names = hides_names

    async def follow(self, led: Led, look: Look) -> Followed | None:
        """What is known after a look, with everything done that follows from it; None if the lease was lost."""
        known = led.known
        if self._hides_names:
            look = replace(look, nickname=None, title=None)
        if known.task is not None:  # a worker died before it was done
            await self._carry_out(led, known)
            known = known.done()
        for step in steps(known, look, self._now_ms(), self._end_after):
            if step.task is not None:
                if not await self._anchors.note(led.lease, step):
                    return None
                await self._carry_out(led, step, look.flags)
            known = step
        if known.room_id is not None and look.state is State.LIVE:
            if not await self._anchors.note(led.lease, known):  # the anchor was removed: the room is polled no more
                return None
            await self._rooms.follow([_job(led, known)])
        return known

    async def _carry_out(self, led: Led, step: Followed, flags: tuple[str, ...] = ()) -> None:
        """Begin or end the session of a step."""
        change = SessionChange(self._source, led.anchor.name, step.room_id, led.lease.fence, flags=flags)
        fields = {"anchor": led.anchor.name, "room": step.room_id}
        if step.task is Task.BEGIN:
            logger.info("Anchor %s is live in room %s", led.anchor.name, step.room_id, extra=fields)
            await self._rooms.follow([_job(led, step)])
            begun = change._replace(begun_ms=step.begun_ms, begun_by=step.by, title=step.title)
            await self._peers.note(begun._replace(nickname=step.nickname))
            self._stats.inc_value(f"{statistics.SESSIONS}begun")
            return
        if step.room_id is not None:
            logger.info("Anchor %s is not live in room %s any more", led.anchor.name, step.room_id, extra=fields)
            await self._rooms.conclude([step.room_id])
            self._stats.inc_value(f"{statistics.SESSIONS}ended")
        await self._peers.note(change._replace(begun_ms=step.begun_ms, ended_ms=step.ended_ms, ended_by=step.by))


def _job(led: Led, known: Followed) -> Job:
    """The room that an anchor is live in, as it is polled."""
    assert known.room_id is not None
    uid = led.anchor.id if led.anchor.by == "uid" else known.uid
    return Job(known.room_id, uid, led.plan.schedule)
