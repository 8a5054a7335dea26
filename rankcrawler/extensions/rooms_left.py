"""What a crawl leaves behind, in its statistics: rooms that are still in the queue, and the fate of its leases."""

import asyncio

from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.tally import Tally

_PATIENCE = 2.0
"""Seconds that the server has to say how many rooms are left."""


async def left(queue: RoomQueue, stats: StatsCollector) -> int:
    """How many rooms are left to poll, other than recurring ones; all that were given if the queue does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            depth = await queue.depth()
    except (*FAULTS, TimeoutError):
        return given(stats)
    return max(depth.ready + depth.inbox + depth.scheduled + depth.leased - depth.recurring, 0)


def given(stats: StatsCollector) -> int:
    """How many rooms were given; one if the queue was silent before any could be pushed."""
    return int(stats.get_value(statistics.ROOMS_GIVEN, 0)) or 1


def count(tally: Tally, stats: StatsCollector) -> None:
    """Count what became of a worker's leases, other than their polls."""
    for reason, rooms in tally.dead.items():
        stats.inc_value(statistics.DEAD + reason, rooms)
    stats.inc_value(statistics.ROOMS_RETIRED, tally.retired)
    stats.inc_value(statistics.ROOMS_FAILING, tally.failing)
    stats.inc_value(statistics.LEASES_LOST, tally.lost)
    stats.inc_value(statistics.LEASES_LEFT, tally.left)
    stats.inc_value(statistics.INBOX_UNREADABLE, tally.unreadable)
