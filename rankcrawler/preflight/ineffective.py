"""Refuses settings of Scrapy's that would have no effect, so that a crawl does what its settings say."""

from typing import NamedTuple

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings
from scrapy.utils.conf import build_component_list

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr


class _Part(NamedTuple):
    """A part of Scrapy that a crawl does not have, and what to use in its place."""

    settings: tuple[str, ...]
    """Names; what ends in _ is the beginning of several."""
    instead: str
    component: str = ""
    """The middleware or extension that gives the settings their effect, if a project adds it."""


_DOWNLOADER = "scrapy.downloadermiddlewares."
_SPIDER = "scrapy.spidermiddlewares."
PARTS = (
    _Part(("HTTPCACHE_",), marked("every poll asks the gateway")),
    _Part(
        ("RETRY_",),
        marked("the queue retries: see ROOM_ATTEMPTS and ROOM_BACKOFF"),
        _DOWNLOADER + "retry.RetryMiddleware",
    ),
    _Part(("REDIRECT_",), marked("the token goes to the gateway alone"), _DOWNLOADER + "redirect.RedirectMiddleware"),
    _Part(("METAREFRESH_",), marked("the gateway sends JSON"), _DOWNLOADER + "redirect.MetaRefreshMiddleware"),
    _Part(("COOKIES_",), marked("a poll needs no cookies"), _DOWNLOADER + "cookies.CookiesMiddleware"),
    _Part(("COMPRESSION_ENABLED",), marked("answers may always be gzip")),
    _Part(("HTTPPROXY_",), marked("set GATEWAY_PROXY")),
    _Part(("HTTPAUTH_",), marked("set GATEWAY_TOKEN")),
    _Part(("ROBOTSTXT_",), marked("a gateway is an API"), _DOWNLOADER + "robotstxt.RobotsTxtMiddleware"),
    _Part(("DOWNLOADER_STATS",), marked("requests are always counted"), _DOWNLOADER + "stats.DownloaderStats"),
    _Part(("HTTPERROR_",), marked("set VERDICTS"), _SPIDER + "httperror.HttpErrorMiddleware"),
    _Part(("DEPTH_",), marked("a poll follows no links"), _SPIDER + "depth.DepthMiddleware"),
    _Part(("REFERER_ENABLED", "REFERRER_"), marked("a poll follows no links"), _SPIDER + "referer.RefererMiddleware"),
    _Part(("URLLENGTH_LIMIT",), marked("a poll follows no links"), _SPIDER + "urllength.UrlLengthMiddleware"),
    _Part(("CRAWLSPIDER_",), marked("a poll follows no links")),
    _Part(("DNS_", "DNSCACHE_", "TWISTED_DNS_RESOLVER"), marked("the system resolves names")),
    _Part(("DOWNLOAD_BIND_ADDRESS", "HTTP2_", "HTTPX_", "FTP_"), marked("aiohttp makes the requests")),
    _Part(("DOWNLOAD_FAIL_ON_DATALOSS",), marked("an answer that is cut off is always an error")),
    _Part(("DOWNLOAD_WARNSIZE",), marked("set DOWNLOAD_MAXSIZE")),
    _Part(("DOWNLOADER_CLIENTCONTEXTFACTORY", "DOWNLOADER_CLIENT_"), marked("set GATEWAY_CA_FILE")),
    _Part(("DOWNLOAD_TLS_", "DOWNLOAD_VERIFY_CERTIFICATES"), marked("set GATEWAY_CA_FILE")),
    _Part(
        ("JOBDIR", "SCHEDULER_DISK_QUEUE", "SCHEDULER_START_DISK_QUEUE"),
        marked("the queue remembers rooms: see REDIS_URL and DATA_DIR"),
    ),
    _Part(("DUPEFILTER_", "REQUEST_FINGERPRINTER_CLASS"), marked("polling a room twice is intended")),
    _Part(("TELNETCONSOLE_",), marked("a crawl opens no port"), "scrapy.extensions.telnet.TelnetConsole"),
    _Part(("REMOTE_CONTROL_",), marked("a crawl opens no port"), "scrapy.extensions.remote_control.RemoteControl"),
    _Part(("FEED_URI", "FEED_FORMAT"), marked("use FEEDS, -O or -o, which have replaced it")),
    _Part(
        ("TWISTED_REACTOR", "TWISTED_REACTOR_ENABLED"),
        marked("a crawl needs asyncio; ASYNCIO_EVENT_LOOP chooses its loop"),
    ),
)
"""What a crawl does without."""
_OFF = {
    *("COOKIES_ENABLED", "DOWNLOADER_STATS", "HTTPPROXY_ENABLED", "METAREFRESH_ENABLED", "REDIRECT_ENABLED"),
    *("REFERER_ENABLED", "REMOTE_CONTROL_ENABLED", "RETRY_ENABLED", "TELNETCONSOLE_ENABLED"),
}
"""Settings that may be False, since that is what a crawl does."""
_COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS")


def check(settings: BaseSettings) -> None:
    """Raise SettingError for the first setting that someone has changed, and that has no effect."""
    enabled = {path for name in _COMPONENTS for path in build_component_list(settings.getwithbase(name))}
    for part in PARTS:
        if part.component in enabled:
            continue
        for name in names_of(part):
            if _is_changed(settings, name):
                raise SettingError(
                    tr("{name} has no effect on a crawl: {instead}", name=name, instead=tr(part.instead))
                )


def names_of(part: _Part) -> list[str]:
    """The names of Scrapy's settings that a part stands for."""
    names = (name for name in dir(default_settings) if name.isupper())
    return [name for name in names if any(_stands_for(each, name) for each in part.settings)]


def _stands_for(pattern: str, name: str) -> bool:
    return name.startswith(pattern) if pattern.endswith("_") else name == pattern


def _is_changed(settings: BaseSettings, name: str) -> bool:
    if (settings.getpriority(name) or 0) < SETTINGS_PRIORITIES["project"]:
        return False
    default = getattr(default_settings, name)
    if isinstance(default, bool) or name.endswith("_ENABLED"):
        wanted = settings.getbool(name)
        return wanted != bool(default) and not (name in _OFF and not wanted)
    if isinstance(default, dict):
        return settings.getdict(name) != default
    return str(settings[name]) != str(default)
