"""Runs the spider from a script, as Scrapy's documentation shows: `python run.py RANKS.jsonl ITEMS`.

REDIS_URL names the server whose list `ranklist:start_urls` holds the URLs; the crawl ends after ITEMS items,
because a scrapy-redis spider of its own never ends, or only after some idle seconds.
"""

import sys

from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings


def main() -> None:
    """Crawl until ITEMS items were written to RANKS.jsonl."""
    output, items = sys.argv[1:]
    settings = get_project_settings()
    settings.set("FEEDS", {output: {"format": "jsonlines", "overwrite": True}})
    settings.set("CLOSESPIDER_ITEMCOUNT", int(items))
    process = CrawlerProcess(settings)
    process.crawl("ranklist")
    process.start()


if __name__ == "__main__":
    main()
