"""Opens the queue that the settings describe, and closes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from rankcrawler.model import kinds
from rankcrawler.options import Options
from rankcrawler.queue import connection
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.room_queue import RoomQueue


class Access(NamedTuple):
    """An open queue, and where it is: an address without the password."""

    queue: RoomQueue
    place: str


@asynccontextmanager
async def open_queue(options: Options, kind: str, *, create: bool = True) -> AsyncIterator[Access]:
    """Open the queue of one kind of list, and close it with the context; raises QueueError.

    Each kind has a queue of its own, behind a gate that all share. If no server is configured, this starts or joins the
    embedded one, which runs as long as any process has a queue open; unless `create`, only where there is one.
    """
    server = await connection.embedded(options, create=create)
    try:
        queue = RoomQueue(
            connection.connect(options, server),
            connection.inbox_key(options, kind),
            attempts=options.room_attempts,
            repair=None if server is None else server.repair,
            fleet=connection.fleet_key(options),
            others=[connection.inbox_key(options, other) for other in kinds.KINDS if other != kind],
        )
        try:
            yield Access(queue, connection.place(options, server))
        finally:
            await queue.close()
    finally:
        if server is not None:
            server.close()


def anchors_beside(queue: RoomQueue, options: Options, kind: str) -> AnchorQueue:
    """The queue of the anchors whose rooms go to a queue that is open; it is closed with that one."""
    anchors = AnchorQueue(
        queue.redis,
        connection.anchors_key(options, kind),
        attempts=options.room_attempts,
        repair=queue.restart,
        fleet=connection.fleet_key(options),
        others=[connection.inbox_key(options, each) for each in kinds.KINDS],
    )
    anchors.gate = queue.gate
    return anchors
