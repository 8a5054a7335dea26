"""The queue that the settings describe, opened for use, and closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from scrapy.settings import BaseSettings

from rankcrawler.queue import connection
from rankcrawler.queue.room_queue import RoomQueue


class Access(NamedTuple):
    """An open queue, and where it is, in words that hold no password."""

    queue: RoomQueue
    place: str


@asynccontextmanager
async def open_queue(settings: BaseSettings, kind: str = "ranklist") -> AsyncIterator[Access]:
    """Open the queue of the rooms whose list of that `kind` is polled: no queue mixes kinds. Raises QueueError.

    The embedded server lives for as long as anybody has a queue open.
    """
    server = await connection.embedded(settings)
    try:
        redis = connection.connect(settings, server)
        queue = RoomQueue(
            redis,
            connection.inbox_key(settings, kind),
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
