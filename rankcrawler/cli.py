"""The `rankcrawler` script: Scrapy's command line with our settings, from any folder."""

import os

from scrapy.cmdline import execute


def main() -> None:
    """Run a command line, and exit with its status."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "rankcrawler.settings"
    execute()
