"""Whether the server can answer: whether the store and the queue can be used now."""

import asyncio

from rankcrawler.errors import NoQueue, QueueError, StoreError
from rankcrawler.language import tr
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.queues import Queues

PATIENCE = 3.0
"""Seconds that each has to answer."""


async def problems(desk: Desk, queues: Queues) -> list[str]:
    """Why the store, or the queue, cannot be used; empty if both can. A server without a queue needs none."""
    found = await asyncio.gather(_of_store(desk), _of_queue(queues))
    return [each for each in found if each]


async def _of_store(desk: Desk) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await desk.ask(lambda store: store.records.database.state())
    except StoreError as error:
        return tr("the store: {error}", error=error)
    except TimeoutError:
        return tr("the store: {error}", error=tr("no answer within {seconds:g} s", seconds=PATIENCE))
    return ""


async def _of_queue(queues: Queues) -> str:
    if queues.options is None:
        return ""
    try:
        async with asyncio.timeout(PATIENCE):
            await queues.ask(RANKLIST.name, RoomQueue.now)
    except NoQueue:  # no crawl has begun on this machine yet
        return ""
    except QueueError as error:
        return tr("the queue: {error}", error=error)
    except TimeoutError:
        return tr("the queue: {error}", error=tr("no answer within {seconds:g} s", seconds=PATIENCE))
    return ""
