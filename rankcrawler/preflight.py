"""Checks what a run needs before anything starts, so that a mistake is one line and not a traceback."""

from collections.abc import Mapping

from scrapy.settings import BaseSettings
from scrapy.utils.conf import build_component_list

from rankcrawler import open_files
from rankcrawler.errors import SettingError
from rankcrawler.gateways import gateway
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.model import kinds, pseudonyms
from rankcrawler.options import Options, check_arguments
from rankcrawler.store import locate

_NEEDED = {
    "ITEM_PIPELINES": (
        "rankcrawler.pipelines.validate.ValidatePipeline",
        "rankcrawler.pipelines.store.StorePipeline",
    ),
    "EXTENSIONS": (
        "rankcrawler.extensions.leasing.Leasing",
        "rankcrawler.extensions.tokens.Tokens",
        "rankcrawler.extensions.tracebacks.Tracebacks",
    ),
}
"""Components without which a crawl would lose rooms, rows or errors, by their settings."""
_OTHER_FILES = 64
"""Files that a crawl opens besides the connections of its requests: the queue's, the store's, feeds and logs."""
_HANDLER = "rankcrawler.handler.GatewayDownloadHandler"


def check(settings: BaseSettings, arguments: Mapping[str, str]) -> Options:
    """Raise SettingError for the first setting, or -a argument, that a crawl cannot start with; else the options."""
    check_arguments(arguments)
    kinds.named(arguments.get("kind", kinds.RANKLIST.name))
    options = check_gateway(settings)
    locate.parse(options.store_url)
    _check_components(settings)
    open_files.allow(options.concurrent_requests + _OTHER_FILES)
    return options


def check_gateway(settings: BaseSettings) -> Options:
    """Raise SettingError where a setting cannot be used, or no gateway can be asked; else the options."""
    options = Options.of(settings)
    pseudonyms.of_key(options.pseudonymise_key)
    Gateway.of(options)
    gateway.client(options)
    return options


def _check_components(settings: BaseSettings) -> None:
    for name, needed in _NEEDED.items():
        enabled = build_component_list(settings.getwithbase(name))
        for path in needed:
            if path not in enabled:
                raise SettingError(f"{name} leaves out {path}, without which a crawl loses what it polls: put it back")
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    for scheme in ("http", "https"):
        if handlers.get(scheme) != _HANDLER:
            raise SettingError(f"DOWNLOAD_HANDLERS must keep {_HANDLER} for {scheme}: it alone adds the token")
