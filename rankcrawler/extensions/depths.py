"""What the queue holds when a crawl begins and when it ends, for its log and its statistics."""

import asyncio
import logging

from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.errors import NewerQueue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.lease import Depth
from rankcrawler.queue.room_queue import RoomQueue

logger = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that the server has to say how many rooms are left."""


async def log(queue: RoomQueue, place: str) -> None:
    """Log where the crawl leases rooms, and how many are in which state."""
    depth = await queue.depth()
    logger.info(
        "Leasing from %s, whose inbox is %s; %d rooms are ready, %d scheduled, %d leased, %d recurring, %d failing, "
        "%d dead",
        place,
        queue.inbox.key,
        depth.ready + depth.inbox,
        depth.scheduled,
        depth.leased,
        depth.recurring,
        depth.failing,
        depth.dead,
    )


async def count_left(queue: RoomQueue | None, stats: StatsCollector, *, drain: bool) -> None:
    """Set the statistics of the rooms that are left in the queue.

    With `drain`, the crawl was to poll all of them but the recurring ones. If there is no queue that answers in time,
    all rooms that were given count as left; one if it ended before any could be pushed.
    """
    depth = None if queue is None else await _depth(queue)
    if depth is None:
        left = int(stats.get_value(statistics.ROOMS_GIVEN, 0)) or 1
    else:
        left = max(depth.ready + depth.inbox + depth.scheduled + depth.leased - depth.recurring, 0)
        stats.set_value(statistics.ROOMS_RECURRING, depth.recurring)
    if drain:
        stats.set_value(statistics.ROOMS_LEFT, left)


async def _depth(queue: RoomQueue) -> Depth | None:
    """None if the server does not answer in time."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await queue.depth()
    except (*FAULTS, NewerQueue, TimeoutError):
        return None
