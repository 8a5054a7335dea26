"""The options of a feed, completed and checked before anything is polled."""

import codecs
import re
from importlib.util import find_spec
from typing import Any

from scrapy.exporters import BaseItemExporter, CsvItemExporter, JsonItemExporter, JsonLinesItemExporter, XmlItemExporter
from scrapy.extensions.feedexport import ItemFilter

from rankcrawler.errors import SettingError
from rankcrawler.feeds.address import scheme, shown
from rankcrawler.feeds.pages import GzipMembers, Pages
from rankcrawler.language import tr
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot

SCRAPYS_GZIP = "scrapy.extensions.postprocessing.GzipPlugin"
_OF_SCRAPYS_GZIP = ("gzip_mtime", "gzip_filename")
_BATCHES = re.compile(r"%\(batch_time\)|%\(batch_id\)")
_WITHOUT_ROWS = (FailedPoll, Poll, RoomSnapshot)


def complete(uri: str, options: dict[str, Any], exporter: type[BaseItemExporter], chosen: ItemFilter) -> dict[str, Any]:
    """The options with what this address and format need; raises SettingError for one that cannot be used."""
    if options["batch_item_count"] and not _BATCHES.search(uri):
        raise SettingError(
            tr("feed {feed}: a feed in batches needs %(batch_id)d or %(batch_time)s in its address", feed=shown(uri))
        )
    if set(chosen.item_classes) & set(_WITHOUT_ROWS):
        raise SettingError(
            tr(
                "feed {feed}: item_classes must name classes of rows, such as "
                "rankcrawler.model.rows.RankEntry: a feed never sees polls or lists",
                feed=shown(uri),
            )
        )
    if scheme(uri) == "gs" and not _has_google_cloud():
        raise SettingError(tr("feed {feed}: missing google-cloud-storage library", feed=shown(uri)))
    return options | {
        "encoding": _encoding(uri, options["encoding"], exporter),
        "postprocessing": [Pages, *_plugins(uri, options)],
    }


def _plugins(uri: str, options: dict[str, Any]) -> list[Any]:
    plugins = list(options.get("postprocessing", ()))
    if not uri.endswith(".gz") or SCRAPYS_GZIP in plugins:
        return plugins
    needs_scrapys = any(name in options for name in _OF_SCRAPYS_GZIP)
    return [*plugins, SCRAPYS_GZIP if needs_scrapys else GzipMembers]


def _encoding(uri: str, encoding: str | None, exporter: type[BaseItemExporter]) -> str | None:
    """The encoding. A byte order mark is for CSV, where a spreadsheet needs it: it would spoil each line of JSON."""
    if encoding is None or issubclass(exporter, CsvItemExporter):
        return _known(uri, encoding)
    if not issubclass(exporter, (JsonItemExporter, JsonLinesItemExporter, XmlItemExporter)):
        return encoding
    if _known(uri, encoding) == "utf-8-sig":
        return "utf-8"
    if not issubclass(exporter, XmlItemExporter) and "aa".encode(encoding) != 2 * "a".encode(encoding):
        raise SettingError(
            tr("feed {feed}: JSON cannot be written as {encoding}: use utf-8", feed=shown(uri), encoding=encoding)
        )
    return encoding


def _known(uri: str, encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise SettingError(
            tr("feed {feed}: there is no encoding {encoding!r}: use utf-8", feed=shown(uri), encoding=encoding)
        ) from None
    return "utf-8-sig" if name == "utf-8-sig" else encoding


def _has_google_cloud() -> bool:
    try:
        return find_spec("google.cloud.storage") is not None
    except ModuleNotFoundError:
        return False
