"""Checks what a run needs before anything starts, so that a mistake is one line and not a traceback."""

from collections.abc import Collection, Mapping

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings, Settings

from rankcrawler import open_files
from rankcrawler.feeds.extension import RankFeeds
from rankcrawler.gateways import gateway, spending
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.metrics import serving
from rankcrawler.model import kinds, own_rules, pseudonyms
from rankcrawler.options import Options
from rankcrawler.preflight import components, ineffective
from rankcrawler.queue import connection
from rankcrawler.spider_arguments import check_arguments
from rankcrawler.store import locate

_OTHER_FILES = 64
"""Files that a crawl opens besides the connections of its requests: the queue's, the store's, feeds and logs."""


def check(settings: Settings, arguments: Mapping[str, str], known: Collection[str] | None = None) -> Options:
    """Raise SettingError for the first setting, or -a argument, that a crawl cannot start with; else the options.

    `known` are the arguments that the spider takes; without it, it may take any.
    """
    check_arguments(arguments, known)
    kind = kinds.named(arguments.get("kind", kinds.RANKLIST.name))
    options = check_gateway(settings, kind.name)
    if arguments.get("anchors") is not None:
        Gateway.of(options).discovery.check()
    locate.parse(options.store_url)
    connection.check(options, kind.name)
    serving.check(options)
    ineffective.check(settings)
    components.check(settings)
    _check_feeds(settings)
    open_files.allow(files_of(options))
    return options


def files_of(options: Options) -> int:
    """How many files and connections a crawl opens at a time."""
    return options.concurrent_requests + _OTHER_FILES


def check_gateway(settings: BaseSettings, kind: str = kinds.RANKLIST.name) -> Options:
    """The options; raises SettingError if one cannot be used, or no gateway can be asked for this kind of list."""
    options = Options.of(settings)
    pseudonyms.of_key(options.pseudonymise_key)
    own_rules.loaded(options.own_code["LIST_RULES"])
    asked = Gateway.of(options)
    asked.check(kind)
    if options.budget_per_day is not None:
        spending.calls_of(options.budget_per_day, asked.profile)
    gateway.client(options)
    return options


def _check_feeds(settings: Settings) -> None:
    try:
        RankFeeds(Crawler(Spider, settings))
    except NotConfigured:  # there are no feeds
        return
    components.check_feeds(settings)
