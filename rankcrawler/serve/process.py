"""What a process does before it serves: it makes room for connections, and for those who have more to lose."""

import gc
import os

from rankcrawler import open_files

_FILES = 4096
"""Connections and files that may be open at a time: streams of events stay open."""
_BEHIND_CRAWLS = 19
"""Where there are fewer cores than work, a crawl goes first: what it misses is lost, and a reader can wait."""


def prepare() -> None:
    """Allow many open files, and lower the priority of this process; call it before any thread is started."""
    open_files.allow_up_to(_FILES)
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_BEHIND_CRAWLS)


def settle() -> None:
    """Have garbage collection leave alone what is there once the server is up, and look at the rest less often.

    Of what an answer reads nothing is garbage, and of the longest answers there is most to look at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 20)
