"""Log lines: short, and safe from what a nickname may hold."""

import gc
import logging
import weakref
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.logformatter import LogFormatterResult

from rankcrawler.logformatter import RoomLogFormatter
from tests.builders import CAPTURED, ROOM, entry, polled, snapshot

URL = f"http://gateway.test/douyin/liveroom/ranklist?room_id={ROOM}"
IN_SHORT = f"room {ROOM} at {CAPTURED}: 2 rows"
SPIDER = Spider("ranklist")
RESPONSE = Response(URL, request=Request(URL))
EVIL = polled(snapshot([entry(1, nickname="\x1b[2J\n%s %(item)s"), entry(2)]))


def line(result: LogFormatterResult | None) -> str:
    """The log line as it is written."""
    assert result is not None
    arguments: Any = result["args"]
    return logging.LogRecord("n", result["level"], "p", 1, result["msg"], (arguments,), None).getMessage()


def lines(item: Any) -> list[str]:
    """Every line that is written of an item."""
    formatter = RoomLogFormatter()
    return [
        line(formatter.scraped(item, RESPONSE, SPIDER)),
        line(formatter.dropped(item, DropItem("came before", log_level="INFO"), RESPONSE, SPIDER)),
        line(formatter.item_error(item, ValueError("disk"), RESPONSE, SPIDER)),
    ]


def test_every_line_of_a_snapshot_names_room_moment_and_rows() -> None:
    scraped, dropped, failed = lines(EVIL)
    assert scraped.splitlines() == [f"Scraped from <200 {URL}>", IN_SHORT]
    assert dropped.splitlines() == ["Dropped: came before", IN_SHORT]
    assert failed.splitlines() == [f"Error processing {IN_SHORT}"]


def test_no_line_prints_a_nickname() -> None:
    assert not [each for each in lines(EVIL) if "\x1b" in each or "[2J" in each]


def test_other_items_are_logged_as_scrapy_does() -> None:
    assert all("{'a': 1}" in each for each in lines({"a": 1}))


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_a_drop_is_logged_at_the_level_that_it_asks_for(level: str) -> None:
    result = RoomLogFormatter().dropped(EVIL, DropItem("why", log_level=level), RESPONSE, SPIDER)
    assert result["level"] == getattr(logging, level)


def test_a_dropped_snapshot_is_no_garbage_that_must_be_looked_for() -> None:
    class Answer:
        """Half a megabyte, in a crawl."""

    def refuse() -> None:
        raise DropItem("came before", log_level="INFO")

    def drop(_answer: Answer) -> None:
        try:
            refuse()
        except DropItem as error:
            _kept = RoomLogFormatter().dropped(EVIL, error, RESPONSE, SPIDER)  # as Scrapy keeps it, in its frame

    gc.disable()
    try:
        answer = Answer()
        alive = weakref.ref(answer)
        drop(answer)
        del answer
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(("level", "told"), [("DEBUG", True), (10, True), ("INFO", False), ("WARNING", False)])
def test_what_happens_in_every_poll_is_made_into_lines_only_where_they_are_logged(level: str | int, told: bool) -> None:
    formatter = RoomLogFormatter.from_crawler(Crawler(Spider, {"LOG_LEVEL": level}))
    assert (formatter.crawled(Request(URL), RESPONSE, SPIDER) is not None) is told
    assert (formatter.scraped(EVIL, RESPONSE, SPIDER) is not None) is told
