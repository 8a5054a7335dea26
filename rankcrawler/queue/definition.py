"""What is defined of a room, in the words of the script: every:priority:anchor, :every_max, and * once polled."""

import re
from functools import lru_cache
from typing import NamedTuple

_TEXT = re.compile(r"(\d*):(-?\d*):(\d*):?(\d*)\*?")


class Definition(NamedTuple):
    """How often and how urgently a room is polled; intervals are seconds."""

    every: float | None = None
    priority: int = 0
    anchor_id: str | None = None
    every_max: float | None = None


_DEFAULT = Definition()


@lru_cache(1024)
def read(text: str) -> Definition:
    """The definition that a text holds; an empty one is the default."""
    if not (match := _TEXT.fullmatch(text)):
        return _DEFAULT
    every, priority, anchor, every_max = match.groups()
    return Definition(_seconds(every), int(priority or 0), anchor or None, _seconds(every_max))


def _seconds(ms: str) -> float | None:
    return int(ms or 0) / 1000 or None
