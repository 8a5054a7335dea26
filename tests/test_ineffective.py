"""Every setting of Scrapy's either works on a crawl, or is refused by name when somebody changes it."""

from typing import Any

import pytest
from scrapy.settings import Settings, default_settings

from rankcrawler.errors import SettingError
from rankcrawler.preflight import ineffective

WORK = (
    *("ADDONS", "ASYNCIO_EVENT_LOOP", "AUTOTHROTTLE_", "AWS_", "BOT_NAME", "CLOSESPIDER_", "COMMANDS_MODULE"),
    *("CONCURRENT_", "DEFAULT_", "DOWNLOADER", "DOWNLOADER_MIDDLEWARES", "DOWNLOADER_MIDDLEWARES_BASE"),
    *("DOWNLOAD_DELAY", "DOWNLOAD_DELAY_JITTER", "DOWNLOAD_HANDLERS", "DOWNLOAD_HANDLERS_BASE", "DOWNLOAD_MAXSIZE"),
    *("DOWNLOAD_SLOTS", "DOWNLOAD_TIMEOUT", "EDITOR", "EXTENSIONS", "EXTENSIONS_BASE", "FEEDS", "FEED_EXPORTERS"),
    *("FEED_EXPORT_", "FEED_EXPORTERS_BASE", "FEED_STORAGES", "FEED_STORAGES_BASE", "FEED_STORAGE_"),
    *("FEED_STORE_EMPTY", "FEED_TEMPDIR", "FEED_URI_PARAMS", "FORCE_CRAWLER_PROCESS", "GCS_PROJECT_ID"),
    *("ITEM_PIPELINES", "ITEM_PIPELINES_BASE", "ITEM_PROCESSOR", "LOGSTATS_", "LOG_", "MAIL_", "MEMDEBUG_"),
    *("MEMUSAGE_", "NEWSPIDER_MODULE", "PERIODIC_LOG_", "RANDOMIZE_", "REACTOR_THREADPOOL_MAXSIZE", "SCHEDULER"),
    *("SCHEDULER_DEBUG", "SCHEDULER_MEMORY_QUEUE", "SCHEDULER_PRIORITY_QUEUE", "SCHEDULER_START_MEMORY_QUEUE"),
    *("SCRAPER_SLOT_MAX_ACTIVE_SIZE", "SPIDER_", "STATSMAILER_", "STATS_", "TEMPLATES_DIR", "USER_AGENT"),
    *("FILES_STORE", "FILES_STORE_", "IMAGES_STORE", "IMAGES_STORE_", "WARN_ON_GENERATOR_RETURN_VALUE"),
)
"""Names, and beginnings of names, of settings that do on a crawl what Scrapy documents."""
NAMES = [name for name in dir(default_settings) if name.isupper()]
REFUSED = {name: part for part in ineffective.PARTS for name in ineffective.names_of(part)}


def works(name: str) -> bool:
    return any(name.startswith(each) if each.endswith("_") else name == each for each in WORK)


def settings(**changes: Any) -> Settings:
    """The project's settings, with changes from the command line."""
    chosen = Settings()
    chosen.setmodule("rankcrawler.settings")
    chosen.setdict(changes, "cmdline")
    return chosen


def another(name: str) -> Any:
    """A value that a setting does not have."""
    default = getattr(default_settings, name)
    if isinstance(default, bool) or name.endswith("_ENABLED"):
        return not default
    if isinstance(default, dict):
        return {"another": "value"}
    return default + 1 if isinstance(default, int) else "another"


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_works_or_is_refused(name: str) -> None:
    assert works(name) != (name in REFUSED)


def test_the_projects_own_settings_are_taken() -> None:
    ineffective.check(settings())


@pytest.mark.parametrize("name", sorted(set(REFUSED) - ineffective._OFF))
def test_a_change_without_effect_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name} has no effect on a crawl: \w"):
        ineffective.check(settings(**{name: another(name)}))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_value_that_changes_nothing_is_taken(name: str) -> None:
    ineffective.check(settings(**{name: getattr(default_settings, name)}))


@pytest.mark.parametrize("name", sorted(ineffective._OFF))
@pytest.mark.parametrize("value", [False, "False", "0"])
def test_what_a_crawl_never_does_may_be_turned_off(name: str, value: Any) -> None:
    ineffective.check(settings(**{name: value}))


def test_a_component_that_is_added_gives_its_settings_their_effect() -> None:
    retry = {"scrapy.downloadermiddlewares.retry.RetryMiddleware": 550}
    ineffective.check(settings(RETRY_TIMES=5, DOWNLOADER_MIDDLEWARES=retry))
