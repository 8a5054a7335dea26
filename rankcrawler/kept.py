"""A worker of a fleet: `python -m rankcrawler.kept crawl ranklist …`. It ends when the fleet does.

Its standard input is a pipe from the fleet that carries nothing. The kernel closes the pipe when the fleet's process
ends, for whatever reason, and the worker then stops as on SIGTERM: nothing is left to restart it, or to stop it.
"""

import os
import signal
import sys
import threading

from rankcrawler.cli import main


def keep_to_parent() -> None:
    """Send this process SIGTERM when its standard input ends."""
    threading.Thread(target=_wait_for_the_end, name="fleet", daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    keep_to_parent()
    main()
