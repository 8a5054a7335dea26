"""A worker as users start it, but for a point at which it is struck, and perhaps a broken build.

`python -m tests.torture.worker --point before_commit --call 3 -- crawl ranklist`: what follows `--` is rankcrawler's.
Without a point it says `leasing` on stdout when it begins to, and lives until somebody else ends it.
"""

import argparse
import os
import signal
import sys

from rankcrawler.cli import main as rankcrawler
from rankcrawler.queue.worker import Worker
from tests.torture import broken, points


def main() -> None:
    """Patch what is to be patched, and crawl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--point", choices=list(points.POINTS), help="where to strike; without it, nowhere")
    parser.add_argument("--call", type=int, default=1, help="strike when there for the nth time")
    parser.add_argument("--signal", choices=["SIGKILL", "SIGSTOP"], default="SIGKILL", help="what to strike with")
    parser.add_argument("--build", choices=list(broken.BUILDS), default="sound", help="what to break")
    parser.add_argument("arguments", nargs="+", help="rankcrawler's own")
    options = parser.parse_args()
    broken.BUILDS[options.build]()
    if options.point is None:
        _tell_when_leasing()
    else:
        points.arm(options.point, options.call, signal.Signals[options.signal])
    sys.argv = ["rankcrawler", *options.arguments]
    rankcrawler()


def _tell_when_leasing() -> None:
    opened = Worker.open

    def telling(worker: Worker) -> None:
        opened(worker)
        os.write(1, b"leasing\n")

    Worker.open = telling  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    main()
