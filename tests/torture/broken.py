"""Builds that lose rooms by two common mistakes of queues, to show that the harness notices."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from rankcrawler.extensions.leasing import Leasing
from rankcrawler.queue.lease import Grant, Lease, Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.spiders.ranklist import RanklistSpider


def ack_before_commit() -> None:
    """Acknowledges a room once its answer has been read, before the store has it."""
    parse = RanklistSpider.parse

    async def hasty(spider: RanklistSpider, response: Any, lease: Lease) -> AsyncIterator[Any]:
        leasing = spider.crawler.get_extension(Leasing)
        assert leasing is not None
        for item in parse(spider, response, lease):
            worker = leasing.worker
            assert worker is not None
            worker.settle(lease, Outcome.DONE)
            while worker._window.holds(lease):  # noqa: ASYNC110 — the worker sets no event for it
                await asyncio.sleep(0.001)
            yield item

    _patch(RanklistSpider, "parse", hasty)


def batch_pop() -> None:
    """Removes rooms from the queue when they are leased."""
    lease = RoomQueue.lease

    async def popping(queue: RoomQueue, *args: Any) -> Grant:
        grant = await lease(queue, *args)
        await queue.settle([Settlement(each, Outcome.DONE) for each in grant.leases])
        return grant

    _patch(RoomQueue, "lease", popping)


BUILDS: dict[str, Callable[[], None]] = {
    "sound": lambda: None,
    "ack_before_commit": ack_before_commit,
    "batch_pop": batch_pop,
}


def _patch(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)
