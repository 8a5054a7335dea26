"""The Scrapy add-on that turns the speedups on, except those that a project replaces."""

from scrapy.settings import BaseSettings

from rankcrawler.speedups import memory


class Speedups:
    """Scrapy applies it before it creates a crawl's components."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set STAND_INS if SPEEDUPS is on. A project's settings and the command line take precedence."""
        if not settings.getbool("SPEEDUPS"):
            return
        memory.settle()
        for name, value in STAND_INS.items():
            settings.set(name, value, priority="addon")


STAND_INS = {
    "DOWNLOADER": "rankcrawler.speedups.downloader.ShortWay",
}
"""The settings of Scrapy that are set, and their values."""
