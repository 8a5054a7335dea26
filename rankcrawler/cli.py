"""The `rankcrawler` script: Scrapy's command line with our settings, from any folder."""

import os
import sys

from rankcrawler.commands import interrupt


def main() -> None:
    """Run a command line, and exit with its status."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "rankcrawler.settings"
    interrupt.end_at_once()  # what follows takes half a second to import
    from scrapy.cmdline import execute

    from rankcrawler.commands import overview

    interrupt.raise_again()
    try:
        overview.answer(sys.argv[1:])
        execute()
    except KeyboardInterrupt:
        sys.exit(interrupt.STATUS)
