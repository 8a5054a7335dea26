"""What components of a crawl ask of each other."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.core.engine import _Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError

from rankcrawler.extensions.peers import Peers


class Engine:
    """An engine with Scrapy's own slot, whose downloads end when they are told to."""

    def __init__(self) -> None:
        clock: Any = SimpleNamespace(schedule=lambda: None, cancel=lambda: None)
        self._slot = _Slot(True, clock, cast("Any", None))
        self.may_end = asyncio.Event()

    async def download_async(self, request: Request) -> str:
        """As Scrapy's: the slot is told of the beginning and of the end."""
        self._slot.add_request(request)
        try:
            await self.may_end.wait()
        finally:
            self._slot.remove_request(request)
        return "answer"


async def closing(engine: Engine, peers: Peers) -> tuple[Any, Any]:
    """Close an engine while a request of ours is under way; returns its answer, and what came of a later one."""
    request = Request("http://127.0.0.1/")
    first = asyncio.create_task(peers.download(request))
    await asyncio.sleep(0)
    closed = asyncio.create_task(engine._slot.close())
    await asyncio.sleep(0)
    with pytest.raises(DownloadCancelledError):
        await peers.download(request)
    engine.may_end.set()
    answer = await first
    await closed
    try:
        later: Any = await peers.download(request)
    except DownloadCancelledError as error:
        later = error
    return answer, later


def test_no_request_of_no_rooms_begins_once_the_engine_closes() -> None:
    async def run() -> tuple[Any, Any]:
        engine = Engine()
        crawler = cast("Crawler", SimpleNamespace(engine=engine))
        return await closing(engine, Peers(crawler))

    answer, later = asyncio.run(run())
    assert answer == "answer", "what was under way ends as it would have"
    assert isinstance(later, DownloadCancelledError)
