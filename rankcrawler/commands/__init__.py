"""Scrapy commands: `scrapy crawl`, `fleet`, `rank`, `rooms`, `simulate`, `store`, `demo`; each in a module so named."""

from typing import Any

from rankcrawler import settings

OUR_SETTINGS: dict[str, Any] = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
"""For commands that work in other people's projects too, whose own settings go before these."""
