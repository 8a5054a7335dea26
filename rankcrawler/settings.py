"""Scrapy's settings, where ours differ from its defaults; rankcrawler.options says where else each may be given."""

from scrapy.settings import default_settings

_NOT_OURS = (
    "scrapy.extensions.feedexport.FeedExporter",  # RankFeeds is one
    "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.telnet.TelnetConsole",
)

# Where things are: nowhere, until somebody says so. Secrets are no settings; rankcrawler.options says why.
GATEWAY_URL = None
GATEWAY_TOKEN_FILE = None
GATEWAY_CA_FILE = None
REDIS_URL = None
STORE_URL = None
DATA_DIR = "data"

# A room that fails is tried again after up to ROOM_BACKOFF seconds, doubled each time up to ROOM_BACKOFF_MAX.
ROOM_ATTEMPTS = 5
ROOM_BACKOFF = 1
ROOM_BACKOFF_MAX = 60

# What follows from which answer, where that is not what rankcrawler.gateways.verdict has in its table.
VERDICTS = ""

# A crawl that was given rooms ends when the gateway has given no answer at all for so many seconds.
GATEWAY_PATIENCE = 60

# A room that a worker took and never gave back is leased again after this many seconds.
LEASE_SECONDS = 60

# A crawl that waits for rooms ends after so many idle seconds; 0 is never. The name is scrapy-redis's.
MAX_IDLE_TIME_BEFORE_CLOSE = 0

# The project.
BOT_NAME = "rankcrawler"
SPIDER_MODULES = ["rankcrawler.spiders"]
COMMANDS_MODULE = "rankcrawler.commands.entry"
LOG_LEVEL = "INFO"  # DEBUG has several lines a poll
LOG_FORMATTER = "rankcrawler.logformatter.RoomLogFormatter"

# Ours go into Scrapy's *_BASE settings, so that what you put into ITEM_PIPELINES, EXTENSIONS … is added to them.
# A poll passes the pipelines in this order; its room is acknowledged after the last one.
ITEM_PIPELINES_BASE = {
    "rankcrawler.pipelines.validate.ValidatePipeline": 100,
    "rankcrawler.pipelines.deduplicate.DeduplicatePipeline": 200,
    "rankcrawler.pipelines.store.StorePipeline": 300,
}
EXTENSIONS_BASE = {
    # Of Scrapy's own, those that open no socket and have a use here.
    **{name: place for name, place in default_settings.EXTENSIONS_BASE.items() if name not in _NOT_OURS},
    "rankcrawler.extensions.tracebacks.Tracebacks": 0,
    "rankcrawler.extensions.tokens.Tokens": 0,
    "rankcrawler.extensions.leasing.Leasing": 0,
    "rankcrawler.extensions.progress.Progress": 0,
    "rankcrawler.feeds.extension.RankFeeds": 0,
}
# One way to the network, to the gateway alone: no files, no data URLs, no other hosts.
DOWNLOAD_HANDLERS_BASE = {
    "http": "rankcrawler.handler.GatewayDownloadHandler",
    "https": "rankcrawler.handler.GatewayDownloadHandler",
}
# The handler bounds time and size, unpacks gzip and follows nothing; a poll needs no cookies, referers,
# redirects, retries (the queue's work) or robots.txt.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}

# Stands in for parts of Scrapy that a poll has no use for; SPEEDUPS=False leaves Scrapy as it is.
SPEEDUPS = True
ADDONS = {"rankcrawler.speedups.addon.Speedups": 0}

CONCURRENT_REQUESTS_PER_DOMAIN = 1000  # there is one host: CONCURRENT_REQUESTS is the limit
CONCURRENT_ITEMS = 1  # an answer gives one item
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64 << 20  # bytes of answers that wait for their commit: 100 of the usual size
DOWNLOAD_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 8 << 20  # bytes; a list of a thousand rows, the most that is read, has five million

FEED_EXPORT_ENCODING = "utf-8"  # the default writes Chinese as \uXXXX
FEED_EXPORTERS_BASE = {
    **default_settings.FEED_EXPORTERS_BASE,
    "jsonl": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "jsonlines": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "jl": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "json": "rankcrawler.feeds.exporters.RowsAsJson",
    "csv": "rankcrawler.feeds.exporters.RowsAsCsv",
    "xml": "rankcrawler.feeds.exporters.RowsAsXml",
}

ASYNCIO_EVENT_LOOP = "uvloop.Loop"
