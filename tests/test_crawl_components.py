"""Whatever a project adds the Scrapy way, a crawl keeps our components: it works whole, or is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.gateways import TOKEN, Finished, environment, run
from tests.scripted import Asked, ranks, scripted

ROOM = "6994259511469247263"
HANDLER = "rankcrawler.handler.GatewayDownloadHandler"
VALIDATE, STORE = "rankcrawler.pipelines.validate.ValidatePipeline", "rankcrawler.pipelines.store.StorePipeline"
LEASING, FEEDS = "rankcrawler.extensions.leasing.Leasing", "rankcrawler.feeds.extension.RankFeeds"
KEY = {"PSEUDONYMISE_KEY": "0123456789abcdef"}


async def good(_: Asked) -> web.StreamResponse:
    """A list of one row."""
    return ranks()


def crawled(folder: Path, *options: str, **more: str) -> tuple[Finished, list[Asked]]:
    """A crawl of one room into a feed, and what the gateway was asked."""
    with scripted(good) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, **more}
        words = ("crawl", "ranklist", "-a", f"rooms={ROOM}", "-O", "r.jsonl", *options)
        return run(*words, env=environment(None, folder / "data", ours), cwd=folder), gateway.asked


def set_to(**settings: Any) -> list[str]:
    """Settings as options."""
    return [word for name, value in settings.items() for word in ("-s", f"{name}={json.dumps(value)}")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ITEM_PIPELINES", {"tests.components.Counting": 500}),
        ("ITEM_PIPELINES", {"tests.components.Counting": 50}),
        ("EXTENSIONS", {"scrapy.extensions.periodic_log.PeriodicLog": 0}),
        ("EXTENSIONS", {"scrapy.extensions.logstats.LogStats": None}),
        ("DOWNLOAD_HANDLERS", {"s3": None}),
        ("DOWNLOAD_HANDLERS", {"data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler"}),
        ("FEED_EXPORTERS", {"txt": "scrapy.exporters.PprintItemExporter"}),
        ("FEED_EXPORTERS", {"jsonl": "scrapy.exporters.JsonLinesItemExporter"}),
        ("FEED_STORAGES", {"s3": None}),
        ("DOWNLOADER_MIDDLEWARES", {"tests.components.Passing": 500}),
        ("SPIDER_MIDDLEWARES", {"tests.components.Passing": 500}),
        ("SPEEDUPS", False),
    ],
    ids=str,
)
def test_what_a_project_adds_is_added(tmp_path: Path, name: str, value: Any) -> None:
    done, asked = crawled(tmp_path, *set_to(**{name: value}), **KEY)
    assert done.returncode == 0, done.stderr
    assert "Lists: 1 stored" in done.stderr
    assert [each.token for each in asked] == [TOKEN]
    (row,) = (json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines())
    assert len(row["user_id"]) == 32  # a pseudonym of user 5
    assert row["room_id"] == ROOM


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ITEM_PIPELINES", {STORE: None}, f"ITEM_PIPELINES leaves out {STORE}"),
        ("ITEM_PIPELINES", {VALIDATE: None}, f"ITEM_PIPELINES leaves out {VALIDATE}"),
        ("ITEM_PIPELINES", {STORE: 50}, f"ITEM_PIPELINES must run {VALIDATE} before {STORE}"),
        ("ITEM_PIPELINES_BASE", {}, f"ITEM_PIPELINES leaves out {VALIDATE}"),
        ("EXTENSIONS", {LEASING: None}, f"EXTENSIONS leaves out {LEASING}"),
        ("EXTENSIONS", {FEEDS: None}, f"EXTENSIONS leaves out {FEEDS}"),
        ("EXTENSIONS", {"scrapy.extensions.corestats.CoreStats": None}, "EXTENSIONS leaves out scrapy"),
        ("DOWNLOAD_HANDLERS", {"https": None}, f"DOWNLOAD_HANDLERS must keep {HANDLER} for https"),
        ("DOWNLOAD_HANDLERS", {"http": "a.B"}, f"DOWNLOAD_HANDLERS must keep {HANDLER} for http"),
        ("FEED_EXPORTERS", {"jsonl": None}, "Unrecognized output format 'jsonl'"),
        ("STATS_CLASS", "scrapy.statscollectors.DummyStatsCollector", "STATS_CLASS cannot be scrapy"),
        ("HTTPCACHE_ENABLED", True, "HTTPCACHE_ENABLED has no effect on a crawl: every poll asks the gateway"),
        ("TWISTED_REACTOR", "twisted.internet.selectreactor.SelectReactor", "TWISTED_REACTOR has no effect on a crawl"),
        ("JOBDIR", "job", "JOBDIR has no effect on a crawl: the queue remembers rooms"),
        ("RETRY_TIMES", 5, "RETRY_TIMES has no effect on a crawl: the queue retries: see ROOM_ATTEMPTS"),
    ],
    ids=str,
)
def test_what_would_take_ours_away_or_have_no_effect_is_refused_by_name(
    tmp_path: Path, name: str, value: Any, told: str
) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    done, asked = crawled(tmp_path, "-s", f"{name}={text}")
    assert done.returncode != 0
    assert asked == []
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 400
    assert [path.name for path in tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ITEM_PIPELINES", {"tests.components.Flattening": 50}),
        ("ITEM_PIPELINES", {"tests.components.Flattening": 250}),
        ("SPIDER_MIDDLEWARES", {"tests.components.Taking": 500}),
    ],
    ids=str,
)
def test_a_room_whose_poll_a_component_takes_away_is_not_acknowledged(tmp_path: Path, name: str, value: Any) -> None:
    done, asked = crawled(tmp_path, *set_to(**{name: value, "ROOM_ATTEMPTS": 2, "ROOM_BACKOFF": 0.01}))
    assert done.returncode == 1
    assert len(asked) == 2
    assert "its poll was not stored: a component replaced it, or took it away" in done.stderr


def test_a_pipeline_behind_the_store_may_replace_the_item(tmp_path: Path) -> None:
    done, asked = crawled(tmp_path, *set_to(ITEM_PIPELINES={"tests.components.Flattening": 500}))
    assert done.returncode == 0, done.stderr
    assert len(asked) == 1
    assert json.loads((tmp_path / "r.jsonl").read_text()) == {"kept": "stored"}


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        (f"room={ROOM}", "-a room= is not an argument of the spider: did you mean rooms?"),
        ("redis_key=mine", "-a redis_key= is not an argument of the spider: set REDIS_START_URLS_KEY"),
        ("depth=1", "-a depth= is not an argument of the spider: use anchors or kind or rooms"),
    ],
)
def test_an_argument_that_the_spider_does_not_know_is_refused(tmp_path: Path, argument: str, told: str) -> None:
    done, asked = crawled(tmp_path, "-a", argument)
    assert (done.returncode, asked) == (1, [])
    assert told in done.stderr


def test_user_agent_and_headers_reach_the_gateway(tmp_path: Path) -> None:
    headers = set_to(DEFAULT_REQUEST_HEADERS={"X-Team": "ranks"})
    done, (asked,) = crawled(tmp_path, "-s", "USER_AGENT=mine/1.0", *headers)
    assert done.returncode == 0, done.stderr
    found = asked.http.headers
    assert (found["User-Agent"], found["X-Team"]) == ("mine/1.0", "ranks")


def test_a_proxy_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    done, asked = crawled(tmp_path, GATEWAY_PROXY="http://user:sesame@127.0.0.1:1", GATEWAY_PATIENCE="1")
    assert (done.returncode, asked) == (1, [])
    assert "the proxy 127.0.0.1:1" in done.stderr
    assert "sesame" not in done.stderr


def test_items_of_other_kinds_pass_through_unharmed(tmp_path: Path) -> None:
    done, _ = crawled(tmp_path, *set_to(SPIDER_MIDDLEWARES={"tests.components.Adding": 500}), "-L", "DEBUG")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [row for row in rows if "room_id" not in row] == [{"name": "=a", "price": "-5"}]
    assert len(rows) == 2
    assert "Lists: 1 stored" in done.stderr
