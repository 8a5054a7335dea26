"""Ctrl-C before a command has begun its work. Python would print where in its imports it was interrupted."""

import os
import signal
from types import FrameType

STATUS = 130
"""The exit status after Ctrl-C, as in a shell."""


def end_at_once() -> None:
    """From now on, Ctrl-C ends this process without a word, unless something else handles it already."""
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_again() -> None:
    """From now on, Ctrl-C raises KeyboardInterrupt again, as it does in Python."""
    if signal.getsignal(signal.SIGINT) == _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(STATUS)  # an exception could be swallowed by the module that is being imported
