"""Prints what a process was started with, as JSON, and leaves things open: `python -m tests.mirror WORD…`."""

import json
import os
import socket
import sys
import warnings
from typing import Any

import aiohttp.web
import scrapy

from tests.warm import of_interpreter

LEFT: list[Any] = []


def leave_open() -> None:
    """Leave sockets open, held by a module and by nothing but a cycle."""
    LEFT.append(socket.socket())
    cycle: list[Any] = [socket.socket()]
    cycle.append(cycle)


def main() -> None:
    """Print it."""
    streams: list[Any] = [sys.stdin, sys.stdout, sys.stderr]
    found = {
        "versions": [scrapy.__version__, aiohttp.__version__],  # each adds a filter of its own
        "streams": [[each.encoding, each.errors, each.line_buffering, each.seekable()] for each in streams],
        "filters": [str(each) for each in warnings.filters],
        "options": sys.warnoptions,
        "words": sys.argv[1:],
        "path": sys.path[0],
        "folder": os.getcwd(),  # noqa: PTH109
        "variables": of_interpreter(os.environ),
    }
    sys.stdout.write(json.dumps(found))
    leave_open()


if __name__ == "__main__":
    main()
