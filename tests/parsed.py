"""What the spider makes of an answer, without a network: the code that a crawl runs, on bytes that a test has."""

from collections.abc import Iterable
from functools import cache
from unittest.mock import patch

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from rankcrawler.gateways.client import Reply
from rankcrawler.handler import GatewayResponse
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.queue.lease import Lease
from rankcrawler.spiders.ranklist import RanklistSpider
from tests.builders import POLLED_MS, ROOM

URL = f"http://gateway.test/douyin/liveroom/ranklist?room_id={ROOM}"


def parsed(
    body: bytes,
    *,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    kind: str = "ranklist",
    anchor_id: str | None = None,
) -> RoomSnapshot | FailedPoll:
    """What the poll found; a snapshot with the flags of the rules that it breaks. The poll is at POLLED_MS."""
    lease = Lease(ROOM, fence=0, due_ms=0, attempt=1, anchor_id=anchor_id)
    reply = Reply(status, list(headers), body)
    response = GatewayResponse(URL, reply=reply, request=Request(URL, cb_kwargs={"lease": lease}))
    with patch("time.time_ns", return_value=POLLED_MS * 1_000_000):
        (item,) = spider(kind).parse(response, lease)
    return rules.flagged(item.snapshot) if item.snapshot is not None else item.found


@cache
def spider(kind: str) -> RanklistSpider:
    """The spider of a crawl that does not run."""
    crawler = Crawler(RanklistSpider, {"GATEWAY_URL": "http://gateway.test"})
    crawler.stats = MemoryStatsCollector(crawler)
    return RanklistSpider.from_crawler(crawler, kind=kind)
