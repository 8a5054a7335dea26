"""Components with defects, as users write them: each raises where Scrapy would log it and go on."""

from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler


class RaisingPipeline:
    """Fails on every item."""

    def process_item(self, item: Any) -> Any:
        """Raise, with the item in the message."""
        raise KeyError(f"a defect in a pipeline: {item!r}")


class RaisingLate:
    """An extension whose handlers of signals fail."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RaisingLate":
        """The extension of a crawl."""
        extension = cls()
        crawler.signals.connect(extension._scraped, signals.item_scraped)
        return extension

    def _scraped(self, item: Any) -> None:
        raise RuntimeError(f"a defect in an extension: {type(item).__name__}")


class RaisingAtTheEnd(RaisingLate):
    """One that fails when the spider is closed."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RaisingAtTheEnd":
        """The extension of a crawl."""
        extension = cls()
        crawler.signals.connect(extension._closed, signals.spider_closed)
        return extension

    def _closed(self) -> None:
        raise RuntimeError("a defect at the end")


class RaisingSpiderMiddleware:
    """Fails on what the callback gives."""

    async def process_spider_output(self, response: Any, result: Any) -> Any:
        """Raise after the output."""
        async for item in result:
            yield item
        raise ValueError(f"a defect in a middleware, at {response}")


class RaisingAtTheStart:
    """A spider middleware that fails on start()'s requests."""

    async def process_start(self, start: Any) -> Any:
        """Raise after the last, where there is one."""
        async for request in start:
            yield request
        raise LookupError("a defect at the start")
