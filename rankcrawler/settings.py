"""The settings that differ from Scrapy's defaults; rankcrawler.options says where else each can be set."""

from scrapy.settings import default_settings

from rankcrawler import __version__

_NOT_OURS = (
    "scrapy.extensions.feedexport.FeedExporter",  # RankFeeds replaces it
    "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.telnet.TelnetConsole",
)

# Without REDIS_URL or STORE_URL, the queue or the store is in DATA_DIR. Secrets are not settings; rankcrawler.options
# says why.
GATEWAY_URL = None
GATEWAY_NAME = None
GATEWAY_PROFILE = "titodata"  # how the gateway is asked and read: docs/gateways.md
GATEWAY_TOKEN_FILE = None
GATEWAY_CA_FILE = None
GATEWAY_PROXY = None
REDIS_URL = None
QUEUE_NAME = None
STORE_URL = None
DATA_DIR = "data"

# What a day is, and a time without an offset, in commands and exports; items, feeds and stores have UTC.
TIME_ZONE = "Asia/Shanghai"

# A failed poll is retried after up to ROOM_BACKOFF seconds, doubled with each attempt up to ROOM_BACKOFF_MAX.
ROOM_ATTEMPTS = 5
ROOM_BACKOFF = 1
ROOM_BACKOFF_MAX = 60

# Additional entries for the table in rankcrawler.gateways.verdict, which maps answers to actions.
VERDICTS = ""

# Functions of your own, by their import paths: docs/extending.md has an example of each.
VERDICT_FUNCTION = None
LIST_RULES = ""

# A crawl with `rooms` ends when the gateway has not answered for this many seconds.
GATEWAY_PATIENCE = 60

# How many calls the fleet makes in a day of TIME_ZONE, or what they may cost (5.50 USD); None is any number.
BUDGET_PER_DAY = None

# A room that a worker leased and did not return is leased again after this many seconds.
LEASE_SECONDS = 60

# A session ends when so many looks in a row find its anchor offline: broadcasts drop out, and come back.
END_AFTER = 3

# A crawl that waits for rooms ends after this many idle seconds; 0 means never. The name is scrapy-redis's.
MAX_IDLE_TIME_BEFORE_CLOSE = 0

# Where a worker serves its metrics for Prometheus; None serves none, and 0 takes a free port.
METRICS_PORT = None
METRICS_HOST = "127.0.0.1"

# The project.
BOT_NAME = "rankcrawler"
SPIDER_MODULES = ["rankcrawler.spiders"]
COMMANDS_MODULE = "rankcrawler.commands.entry"
LOG_LEVEL = "INFO"  # DEBUG logs several lines per poll
LOG_FORMATTER = "rankcrawler.logformatter.RoomLogFormatter"

# Our components are in Scrapy's *_BASE settings, so that your ITEM_PIPELINES, EXTENSIONS … are added to them.
# A poll passes the pipelines in this order; its room is acknowledged after the last one.
ITEM_PIPELINES_BASE = {
    "rankcrawler.pipelines.validate.ValidatePipeline": 100,
    "rankcrawler.pipelines.deduplicate.DeduplicatePipeline": 200,
    "rankcrawler.pipelines.store.StorePipeline": 300,
}
EXTENSIONS_BASE = {
    # Scrapy's own extensions, except those that open a socket or are replaced.
    **{name: order for name, order in default_settings.EXTENSIONS_BASE.items() if name not in _NOT_OURS},
    "rankcrawler.extensions.tracebacks.Tracebacks": 0,
    "rankcrawler.extensions.tokens.Tokens": 0,
    "rankcrawler.extensions.leasing.Leasing": 0,
    "rankcrawler.extensions.progress.Progress": 0,
    "rankcrawler.extensions.metrics.Metrics": 0,
    "rankcrawler.feeds.extension.RankFeeds": 0,
}
# The only connection to the network reaches the gateway: no files, no data URLs, no other hosts.
DOWNLOAD_HANDLERS_BASE = {
    "http": "rankcrawler.handler.GatewayDownloadHandler",
    "https": "rankcrawler.handler.GatewayDownloadHandler",
}
# The handler limits time and size and decompresses gzip. A poll needs no cookies, referers, redirects or robots.txt,
# and the queue does the retries.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}

# Replaces parts of Scrapy that a poll does not need; SPEEDUPS=False uses Scrapy's own.
SPEEDUPS = True
ADDONS = {"rankcrawler.speedups.addon.Speedups": 0}

CONCURRENT_REQUESTS_PER_DOMAIN = 1000  # there is one host, which CONCURRENT_REQUESTS limits
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # requests leave in the order of their leases
CONCURRENT_ITEMS = 1  # a response yields one item
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64 << 20  # bytes of answers that wait to be stored: about 100 usual ones
DEFAULT_REQUEST_HEADERS = {"Accept": "application/json"}
USER_AGENT = f"rankcrawler/{__version__}"
DOWNLOAD_TIMEOUT = None  # as long as the gateway's profile says; 20 seconds by default
DOWNLOAD_MAXSIZE = 8 << 20  # bytes; a list of a thousand rows, the limit, takes five million

FEED_EXPORT_ENCODING = "utf-8"  # the default writes Chinese as \uXXXX
# Files are written beside their place, and locked.
FEED_STORAGES_BASE = {
    **default_settings.FEED_STORAGES_BASE,
    "": "rankcrawler.feeds.local_file.LocalFile",
    "file": "rankcrawler.feeds.local_file.LocalFile",
}
FEED_EXPORTERS_BASE = {
    **default_settings.FEED_EXPORTERS_BASE,
    "jsonl": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "jsonlines": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "jl": "rankcrawler.feeds.exporters.RowsAsJsonLines",
    "json": "rankcrawler.feeds.exporters.RowsAsJson",
    "csv": "rankcrawler.feeds.exporters.RowsAsCsv",
    "xml": "rankcrawler.feeds.exporters.RowsAsXml",
}

ASYNCIO_EVENT_LOOP = "rankcrawler.event_loop.Loop"  # uvloop, for speed
