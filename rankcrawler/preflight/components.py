"""Checks that a crawl has our components, whatever a project adds to them or takes away."""

from collections.abc import Collection, Sequence

from scrapy.settings import BaseSettings
from scrapy.statscollectors import DummyStatsCollector
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from rankcrawler.errors import SettingError
from rankcrawler.language import tr

_VALIDATE = "rankcrawler.pipelines.validate.ValidatePipeline"
_STORE = "rankcrawler.pipelines.store.StorePipeline"
_EXTENSIONS = (
    "scrapy.extensions.corestats.CoreStats",
    "rankcrawler.extensions.leasing.Leasing",
    "rankcrawler.extensions.tokens.Tokens",
    "rankcrawler.extensions.tracebacks.Tracebacks",
)
_FEEDS = "rankcrawler.feeds.extension.RankFeeds"
_HANDLER = "rankcrawler.handler.GatewayDownloadHandler"


def check(settings: BaseSettings) -> None:
    """Raise SettingError if a component is missing without which a crawl would lose rooms, rows or errors."""
    pipelines = _enabled(settings, "ITEM_PIPELINES")
    _require("ITEM_PIPELINES", (_VALIDATE, _STORE), pipelines)
    if pipelines.index(_VALIDATE) > pipelines.index(_STORE):
        raise SettingError(
            tr(
                "ITEM_PIPELINES must run {validate} before {store}, which stores what it is given",
                validate=_VALIDATE,
                store=_STORE,
            )
        )
    _require("EXTENSIONS", _EXTENSIONS, _enabled(settings, "EXTENSIONS"))
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    for scheme in ("http", "https"):
        if handlers.get(scheme) != _HANDLER:
            raise SettingError(
                tr(
                    "DOWNLOAD_HANDLERS must keep {handler} for {scheme}: it alone adds the token",
                    handler=_HANDLER,
                    scheme=scheme,
                )
            )
    stats = settings["STATS_CLASS"]
    if issubclass(load_object(stats), DummyStatsCollector):
        raise SettingError(
            tr("STATS_CLASS cannot be {stats}, which counts nothing: a crawl is judged by its statistics", stats=stats)
        )


def check_feeds(settings: BaseSettings) -> None:
    """Raise SettingError if there are feeds, and the extension that writes them is missing."""
    _require("EXTENSIONS", (_FEEDS,), _enabled(settings, "EXTENSIONS"))


def _require(setting: str, needed: Sequence[str], enabled: Collection[str]) -> None:
    for path in needed:
        if path not in enabled:
            raise SettingError(
                tr(
                    "{setting} leaves out {path}, without which a crawl loses what it polls: put it back",
                    setting=setting,
                    path=path,
                )
            )


def _enabled(settings: BaseSettings, name: str) -> list[str]:
    components = build_component_list(settings.getwithbase(name))
    return [each if isinstance(each, str) else f"{each.__module__}.{each.__qualname__}" for each in components]
