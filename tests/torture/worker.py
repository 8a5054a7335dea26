"""A worker as users start it, except that it is struck at a named point, or runs a broken build.

`python -m tests.torture.worker --point before_commit --call 3 -- crawl ranklist`: rankcrawler gets what follows `--`.
Without a point, the worker prints `leasing` when it begins to lease, and runs until another process ends it.
"""

import argparse
import os
import signal
import sys

from rankcrawler.cli import main as rankcrawler
from rankcrawler.queue.worker import Worker
from tests.torture import broken, points


def main() -> None:
    """Apply the patches, and crawl."""
    parser = argparse.ArgumentParser(description=__doc__)
    named = [*points.POINTS, *points.SESSION_POINTS]
    parser.add_argument("--point", choices=named, help="where to strike; without it, nowhere")
    parser.add_argument("--call", type=int, default=1, help="strike at the nth time there")
    parser.add_argument("--signal", choices=["SIGKILL", "SIGSTOP"], default="SIGKILL", help="what to strike with")
    parser.add_argument("--build", choices=list(broken.BUILDS), default="sound", help="what to break")
    parser.add_argument("arguments", nargs="+", help="arguments of rankcrawler")
    options = parser.parse_args()
    broken.BUILDS[options.build]()
    if options.point is None:
        _print_when_leasing()
    else:
        points.arm(options.point, options.call, signal.Signals[options.signal])
    sys.argv = ["rankcrawler", *options.arguments]
    rankcrawler()


def _print_when_leasing() -> None:
    opened = Worker.open

    def printing(worker: Worker) -> None:
        opened(worker)
        os.write(1, b"leasing\n")

    Worker.open = printing  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    main()
