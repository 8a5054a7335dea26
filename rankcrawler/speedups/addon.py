"""The one switch: a Scrapy add-on that sets what this folder offers, unless a project sets something else."""

from scrapy.settings import BaseSettings

from rankcrawler.speedups import memory


class Speedups:
    """Applied by Scrapy before a crawl's components are made."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set our stand-ins, where SPEEDUPS is on. Settings of a project or a command line go before an add-on's."""
        if not settings.getbool("SPEEDUPS"):
            return
        memory.settle()
        for name, value in STAND_INS.items():
            settings.set(name, value, priority="addon")


STAND_INS = {
    "SCHEDULER": "rankcrawler.speedups.scheduler.Handover",
    "DOWNLOADER": "rankcrawler.speedups.downloader.ShortWay",
    "STATS_CLASS": "rankcrawler.speedups.stats.PlainStats",
}
"""Scrapy's settings, and what they are set to."""
