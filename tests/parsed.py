"""What the spider makes of an answer, without a network: the code that a crawl runs, on bytes that a test has."""

from collections.abc import Iterable
from functools import cache
from unittest.mock import patch

from scrapy import Request
from scrapy.crawler import Crawler

from rankcrawler.handler import GatewayResponse
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, Kind, RoomSnapshot
from rankcrawler.queue.lease import Lease
from rankcrawler.speedups.stats import PlainStats
from rankcrawler.spiders.ranklist import RanklistSpider
from tests.builders import POLL, ROOM

URL = f"http://gateway.test/douyin/liveroom/ranklist?room_id={ROOM}"


def parsed(
    body: bytes,
    *,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    kind: Kind = "ranklist",
    anchor_id: str | None = None,
) -> RoomSnapshot | FailedPoll:
    """The poll's item; a snapshot with the flags of the rules that it breaks. The poll is at POLL's time."""
    lease = Lease(ROOM, token=0, due_ms=0, attempt=1, anchor_id=anchor_id)
    response = GatewayResponse(
        URL, status=status, pairs=list(headers), body=body, request=Request(URL, cb_kwargs={"lease": lease}), token=1
    )
    with patch("time.time_ns", return_value=POLL.polled_at_ms * 1_000_000):
        (item,) = spider(kind).parse(response, lease)
    return rules.judged(item) if isinstance(item, RoomSnapshot) else item


@cache
def spider(kind: Kind) -> RanklistSpider:
    """The spider of a crawl that does not run."""
    crawler = Crawler(RanklistSpider, {"GATEWAY_URL": "http://gateway.test"})
    crawler.stats = PlainStats(crawler)
    return RanklistSpider.from_crawler(crawler, kind=kind)
