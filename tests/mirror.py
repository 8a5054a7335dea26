"""Prints what a process was started with, as JSON: `python -m tests.mirror WORD…`."""

import json
import os
import sys
import warnings
from typing import Any

import scrapy

from tests.warm import of_interpreter


def main() -> None:
    """Print it."""
    streams: list[Any] = [sys.stdin, sys.stdout, sys.stderr]
    found = {
        "scrapy": scrapy.__version__,  # adds a filter of its own
        "streams": [[each.encoding, each.errors, each.line_buffering, each.seekable()] for each in streams],
        "filters": [str(each) for each in warnings.filters],
        "options": sys.warnoptions,
        "words": sys.argv[1:],
        "path": sys.path[0],
        "folder": os.getcwd(),  # noqa: PTH109
        "variables": of_interpreter(os.environ),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
