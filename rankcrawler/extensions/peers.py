"""What Leasing asks of the other components of its crawl, which Scrapy creates in no fixed order."""

from collections.abc import Iterable

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from rankcrawler.gateways.keyring import Keyring
from rankcrawler.model.items import Poll
from rankcrawler.model.sessions import SessionChange
from rankcrawler.pipelines.store import StorePipeline


class Peers:
    """The components of one crawl, once it has begun."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def crawler(self) -> Crawler:
        """The crawl."""
        return self._crawler

    @property
    def keyring(self) -> Keyring:
        """The crawl's tokens."""
        found = self._crawler.get_extension(Keyring)
        assert found is not None
        return found

    def stored(self, fence: int) -> Poll | None:
        """The poll that the store took under a fence, when first asked for; then None."""
        pipeline = self._crawler.get_item_pipeline(StorePipeline)
        return None if pipeline is None else pipeline.stored.pop(fence, None)

    async def note(self, change: SessionChange) -> None:
        """Have the store take in what has become of a session; raises StoreError. A crawl without a store has none."""
        pipeline = self._crawler.get_item_pipeline(StorePipeline)
        if pipeline is not None:
            await pipeline.note(change)

    async def download(self, request: Request) -> Response:
        """Make a request of no room's; raises DownloadCancelledError once the crawl ends, and as Scrapy does.

        An engine that has let its last request end must get no more of them: each would end it again.
        """
        engine = self._crawler.engine
        if engine is None or engine._slot is None or engine._slot.closing is not None:
            raise DownloadCancelledError
        return await engine.download_async(request)

    def scraped(self) -> Iterable[Request]:
        """The requests whose items are in the pipelines."""
        engine = self._crawler.engine
        slot = None if engine is None else engine.scraper.slot
        return () if slot is None else slot.active
