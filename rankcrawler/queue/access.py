"""The queue that the settings describe, opened for use, and closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from scrapy.settings import BaseSettings

from rankcrawler.queue import connection
from rankcrawler.queue.room_queue import RoomQueue

SPIDER = "ranklist"


class Access(NamedTuple):
    """An open queue, and where it is, in words that hold no password."""

    queue: RoomQueue
    place: str


@asynccontextmanager
async def open_queue(settings: BaseSettings) -> AsyncIterator[Access]:
    """Open the queue; the embedded server lives for as long as anybody has it open. Raises QueueError."""
    server = await connection.embedded(settings)
    try:
        redis = connection.connect(settings, server)
        queue = RoomQueue(
            redis,
            connection.inbox_key(settings, SPIDER),
            attempts=settings.getint("ROOM_ATTEMPTS"),
            mend=None if server is None else server.mend,
        )
        try:
            yield Access(queue, connection.place(settings, server))
        finally:
            await queue.close()
    finally:
        if server is not None:
            server.close()
