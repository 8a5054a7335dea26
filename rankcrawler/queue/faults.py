"""Faults of the queue's server, which a worker waits out."""

from redis.exceptions import RedisError

from rankcrawler.errors import QueueError
from rankcrawler.faultlog import FaultLog
from rankcrawler.queue.room_queue import RoomQueue

FAULTS = (RedisError, RuntimeError)
"""What a call may raise; uvloop raises RuntimeError when it writes to a connection that was just reset."""
PAUSE = 0.5
"""Seconds between attempts."""


async def repair(queue: RoomQueue, log: FaultLog) -> None:
    """Restart a killed server if this process can; logs why it cannot."""
    try:
        await queue.repair()
    except QueueError as error:
        log.note(error)
