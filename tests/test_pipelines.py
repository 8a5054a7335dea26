"""The pipelines that judge: flags are set and counted, and what came before is dropped."""

from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import MemoryStatsCollector

from rankcrawler.errors import RefusedByStore
from rankcrawler.model.items import Poll
from rankcrawler.pipelines.deduplicate import DeduplicatePipeline
from rankcrawler.pipelines.store import StorePipeline
from rankcrawler.pipelines.validate import ValidatePipeline
from rankcrawler.store import locate
from rankcrawler.store.writer import Writer
from tests.builders import CAPTURED, entry, failed, polled, snapshot

LATER = "2021-09-17T01:45:39.980Z"


@pytest.fixture
def crawler() -> Crawler:
    """A crawl that does not run."""
    crawler = Crawler(Spider)
    crawler.stats = MemoryStatsCollector(crawler)
    return crawler


def came_before(pipeline: DeduplicatePipeline, item: Poll) -> bool:
    """Whether the pipeline drops the item; one that it lets through is stored."""
    try:
        assert pipeline.process_item(item) is item
    except DropItem:
        return True
    pipeline.remember(item)
    return False


def test_a_good_list_passes_as_it_is_and_nothing_is_counted(crawler: Crawler) -> None:
    good = polled(snapshot())
    assert ValidatePipeline.from_crawler(crawler).process_item(good) is good
    assert crawler.stats.get_stats() == {}


def test_a_broken_list_passes_with_its_flags_and_each_is_counted_once_a_list(crawler: Crawler) -> None:
    pipeline = ValidatePipeline.from_crawler(crawler)
    broken = polled(snapshot([entry(3), entry(4), entry(4)], has_more=True))
    flags = ("has_more", "delta_mismatch", "rank_gap", "user_repeated")
    for of_poll in ((), ("clock_stands_still",)):
        flagged = pipeline.process_item(broken)
        assert isinstance(flagged, Poll)
        assert flagged.snapshot is not None
        assert flagged.snapshot.flags == (*flags, *of_poll)
        assert len(flagged.snapshot.entries) == 3
    counts = {f"rankcrawler/flags/{flag}": 2 for flag in flags}
    assert crawler.stats.get_stats() == counts | {"rankcrawler/flags/clock_stands_still": 1}


def test_lists_are_held_against_those_that_came_before(crawler: Crawler) -> None:
    pipeline = ValidatePipeline.from_crawler(crawler)
    for item in (polled(snapshot(captured_at=LATER)), polled(snapshot()), polled(snapshot(room_id="2"))):
        pipeline.process_item(item)
    assert crawler.stats.get_stats() == {
        "rankcrawler/flags/captured_backwards": 1,
        "rankcrawler/flags/list_of_two_rooms": 1,
    }


def test_a_snapshot_goes_through_once_however_often_it_comes(crawler: Crawler) -> None:
    pipeline = DeduplicatePipeline.from_crawler(crawler)
    assert [came_before(pipeline, polled(snapshot())) for _ in range(3)] == [False, True, True]
    assert crawler.stats.get_stats() == {"rankcrawler/snapshots/redelivered": 2}


def test_a_drop_says_which_snapshot_and_is_no_warning(crawler: Crawler) -> None:
    pipeline = DeduplicatePipeline.from_crawler(crawler)
    pipeline.remember(polled(snapshot()))
    with pytest.raises(DropItem, match=CAPTURED) as drop:
        pipeline.process_item(polled(snapshot()))
    assert drop.value.log_level == "INFO"


@pytest.mark.parametrize(
    "changes",
    [
        {"captured_at": LATER},
        {"polled_at": LATER},
        {"digest": "1" * 32},
        {"room_id": "2"},
        {"source": "other.test"},
    ],
)
def test_another_moment_content_room_or_gateway_is_another_snapshot(crawler: Crawler, changes: dict[str, Any]) -> None:
    pipeline = DeduplicatePipeline.from_crawler(crawler)
    assert [came_before(pipeline, polled(snapshot())), came_before(pipeline, polled(snapshot(**changes)))] == [
        False,
        False,
    ]


def test_a_snapshot_that_was_not_stored_goes_through_again(crawler: Crawler) -> None:
    pipeline = DeduplicatePipeline.from_crawler(crawler)
    for _ in range(2):
        assert pipeline.process_item(polled(snapshot())) == polled(snapshot())


def test_it_is_the_stored_item_that_is_remembered(crawler: Crawler) -> None:
    pipeline = DeduplicatePipeline.from_crawler(crawler)
    crawler.signals.send_catch_log(signals.item_scraped, item=polled(snapshot()), spider=None, response=None)
    assert came_before(pipeline, polled(snapshot()))


def test_the_rooms_seen_longest_ago_are_forgotten_first(crawler: Crawler) -> None:
    pipeline = DeduplicatePipeline(crawler.stats, remembered=2)
    one, two, three = (polled(snapshot(room_id=room)) for room in "123")
    for item in (one, two, one, three):
        pipeline.remember(item)
    assert [came_before(pipeline, item) for item in (one, three, two)] == [True, True, False]


@pytest.mark.parametrize("pipeline", [ValidatePipeline, DeduplicatePipeline])
def test_items_of_other_spiders_and_polls_that_failed_pass_as_they_are(crawler: Crawler, pipeline: Any) -> None:
    one = pipeline.from_crawler(crawler)
    for item in ({"a": 1}, polled(failed()), object()):
        assert one.process_item(item) is item
    assert crawler.stats.get_stats() == {}


async def test_a_poll_that_the_store_refuses_fails_alone_and_is_counted(crawler: Crawler, tmp_path: Path) -> None:
    pipeline = StorePipeline(Writer(lambda: locate.open_store(f"sqlite:///{tmp_path}/ranks.db")), crawler)
    await pipeline.open_spider()
    try:
        with pytest.raises(RefusedByStore):
            await pipeline.process_item(polled(snapshot([entry(score=2**63)])))
        kept = await pipeline.process_item(polled(snapshot(room_id="2")))
    finally:
        await pipeline.close_spider()
    assert isinstance(kept, Poll)
    assert kept.kept == "stored"
    assert crawler.stats.get_value("rankcrawler/polls/refused") == 1
