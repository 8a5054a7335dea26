"""Gives requests to the engine at once, where it takes a turn of the event loop for each one that start() yields.

GAIN
"""

from collections.abc import AsyncIterator

from scrapy import Request
from scrapy.crawler import Crawler


async def hand_over(crawler: Crawler, requests: AsyncIterator[Request]) -> AsyncIterator[Request]:
    """Send every request to the crawl's engine. Yields none; whoever makes the requests bounds how many wait."""
    assert crawler.engine is not None
    async for request in requests:
        crawler.engine.crawl(request)
    for request in ():
        yield request
