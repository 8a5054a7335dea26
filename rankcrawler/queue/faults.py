"""Faults of the queue's server, and of the way to it, which a worker waits out."""

from redis.exceptions import RedisClusterException, RedisError

from rankcrawler.errors import QueueError
from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.room_queue import RoomQueue

FAULTS = (RedisError, RedisClusterException, OSError, RuntimeError)
"""What a call may raise.

A cluster that misses a node raises RedisClusterException, which is no RedisError; a process that has no file left to
open raises OSError, and uvloop raises RuntimeError when it writes to a connection that was just reset.
"""
PAUSE = 0.5
"""Seconds between attempts."""


async def repair(queue: RoomQueue, log: FaultLog) -> None:
    """Restart a killed server if this process can; logs why it cannot."""
    try:
        await queue.repair()
    except QueueError as error:
        log.note(error)
