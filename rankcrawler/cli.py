"""The `rankcrawler` console script: Scrapy's own command line with our settings, from any folder."""

import os

from scrapy.cmdline import execute


def main() -> None:
    """Run a Scrapy command line; exits with the command's status."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "rankcrawler.settings"
    execute()
