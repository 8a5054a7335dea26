"""Options, with the defaults of rankcrawler.settings save for what a test sets."""

from typing import Any

from scrapy.settings import Settings

from rankcrawler.options import Options


def options(**settings: Any) -> Options:
    """The options of these settings; the environment says nothing."""
    chosen = Settings()
    chosen.setmodule("rankcrawler.settings")
    chosen.update(settings, priority="project")
    return Options.of(chosen, {})
