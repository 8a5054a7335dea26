"""A live line at the bottom of a terminal, below the log."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text


class LiveLine:
    """Draws on standard error, while this process has the terminal: not in the background of a shell (`&`).

    Use it only if standard error is a terminal. `switched` is called whenever sys.stderr has become another stream,
    which keeps what is written to it above the line.
    """

    def __init__(self, switched: Callable[[], None] = lambda: None) -> None:
        self._console = Console(stderr=True)
        self._switched = switched
        self._live: Live | None = None
        self.in_unicode = self._console.encoding.lower().startswith("utf")
        """Whether the terminal shows any character."""

    def show(self, line: Text) -> None:
        """Draw the line in place of the one before; in the background, take it away."""
        if not in_foreground():
            self.close()
            return
        with suppress(OSError):  # the terminal has been closed, which ends the process soon
            if self._live is None:
                self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
                self._live.start()
                self._switched()
            self._live.update(line, refresh=True)

    def say(self, text: str) -> None:
        """Print a line of printable text above it."""
        with suppress(OSError):
            self._console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Take the line away; show() draws it again."""
        if self._live is not None:
            with suppress(OSError):
                self._live.stop()
            self._live = None
            self._switched()


def in_foreground() -> bool:
    """Whether standard error is a terminal, and this process not in its background."""
    stderr = sys.__stderr__
    if stderr is None or not stderr.isatty():
        return False
    try:
        return os.tcgetpgrp(stderr.fileno()) == os.getpgrp()
    except OSError:  # it does not control this process, so it has no background
        return True
