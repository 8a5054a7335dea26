"""The private parts of Scrapy that we lean on, by name: an upgrade that changes one fails here, and not in a crawl."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import rankcrawler

LEANT_ON = {
    ("GatewayResponse", "_headers"): "headers are made when they are first read",
    ("RowsAsCsv", "_headers_not_written"): "a feed without rows still gets its header line",
    ("RowsAsCsv", "_write_headers_and_set_fields_to_export"): "the same",
    ("RankFeeds", "_get_storage"): "each batch of a feed has a storage of its own",
    ("RankFeeds", "_get_uri_params"): "placeholders are checked before a crawl",
    ("Command", "_create_crawler"): "the summary is made from the crawl's statistics",
}
"""The class of ours and the private name of Scrapy's → what for."""
OFFERED = {
    "scrapy.core.downloader.Downloader": (
        *("fetch", "active", "handlers", "middleware", "domain_concurrency", "total_concurrency", "per_slot_settings"),
    ),
    "scrapy.core.downloader.handlers.DownloadHandlers": ("download_request_async",),
    "scrapy.core.engine.ExecutionEngine": (
        *("crawl", "close_spider_async", "download_async", "scraper", "running", "stop_async", "_slot"),
    ),
    "scrapy.core.engine._Slot": ("closing",),
    "scrapy.core.scraper.Scraper": ("slot",),
    "scrapy.core.scraper.Slot": ("active",),
    "scrapy.crawler.Crawler": ("get_extension", "get_item_pipeline", "crawling"),
    "scrapy.exporters.XmlItemExporter": ("xg",),
    "scrapy.extensions.feedexport.FeedExporter": (
        *("feeds", "exporters", "filters", "storages", "settings", "item_scraped", "open_spider", "close_spider"),
        *("_storage_supported", "_exporter_supported", "_settings_are_valid"),
    ),
    "scrapy.extensions.feedexport.FeedSlot": (
        *("start_exporting", "finish_exporting", "file", "exporter", "exporters", "format", "storage", "filter"),
        *("itemcount", "batch_id", "store_empty", "feed_options", "uri"),
    ),
    "scrapy.extensions.postprocessing.PostProcessingManager": ("head_plugin", "file", "close"),
    "scrapy.exporters.BaseItemExporter": ("_kwargs", "fields_to_export", "encoding"),
}
"""Names that are public and undocumented, by what has them."""


def classes() -> Iterator[type]:
    """Every class of ours that inherits from one of Scrapy's."""
    for module in pkgutil.walk_packages(rankcrawler.__path__, "rankcrawler."):
        if module.name.endswith("__main__"):
            continue
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and each.__module__ == module.name and bases(each):
                yield each


def bases(each: type) -> list[type]:
    """What a class inherits from Scrapy."""
    return [base for base in each.__mro__[1:] if base.__module__.startswith("scrapy.")]


def leant_on(each: type) -> set[str]:
    """The private names of Scrapy's that a class of ours uses."""
    used = set(re.findall(r"(?:self|super\(\))\.(_[a-z]\w+)", inspect.getsource(each)))
    theirs = {name for base in bases(each) for name in re.findall(r"\b(_[a-z]\w+)", inspect.getsource(base))}
    return used & theirs


def test_no_private_name_of_scrapys_is_leant_on_but_these() -> None:
    found = {(each.__name__, name) for each in classes() for name in leant_on(each)}
    assert found == set(LEANT_ON)


@pytest.mark.parametrize("owner", OFFERED)
def test_what_scrapy_offers_without_documenting_it_is_still_there(owner: str) -> None:
    module, _, name = owner.rpartition(".")
    theirs = getattr(importlib.import_module(module), name)
    source = inspect.getsource(theirs)
    missing = [each for each in OFFERED[owner] if not hasattr(theirs, each) and f"self.{each}" not in source]
    assert missing == []


def test_no_release_of_scrapys_that_was_not_tried_is_installed() -> None:
    (needed,) = (each for each in map(Requirement, requires("rankcrawler") or ()) if each.name == "scrapy")
    tried = Version(version("scrapy"))
    assert tried in needed.specifier
    assert Version(f"{tried.major}.{tried.minor + 1}.0") not in needed.specifier
