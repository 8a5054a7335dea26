"""Opens a store to ask it questions."""

from collections.abc import Callable
from datetime import tzinfo

from scrapy.settings import Settings

from rankcrawler import moments
from rankcrawler.insight.questions import Questions
from rankcrawler.options import Options
from rankcrawler.store import locate


def open_store(url: str | None = None, *, time_zone: str | None = None) -> Questions:
    """The store at an address, to be read and never changed; a context manager that closes it.

    `url` is as STORE_URL, which it is by default, and `time_zone` as TIME_ZONE; both are looked up in the environment,
    as commands do. Raises NoStore, which names the place, if there is no store; SettingError for an address that cannot
    be used, or a JSON Lines store; StoreError if the store cannot be opened.
    """
    options = Options.of(Settings())
    zone = options.time_zone if time_zone is None else moments.zone(time_zone)
    return opened(options.store_url if url is None else url, zone)


def opened(url: str, zone: tzinfo, now_ms: Callable[[], int] | None = None, seconds: float | None = None) -> Questions:
    """The store at an address, with a time zone; a question that takes longer than `seconds` raises TookTooLong."""
    return Questions(locate.open_database(url, is_read_only=True, seconds=seconds), zone, now_ms)
