"""What is defined of a room, in the words of the script: every:priority:anchor, :every_max, and * or = once polled."""

import re
from functools import lru_cache
from typing import NamedTuple

_LAST = {"*": "changed", "=": "unchanged"}
_TEXT = re.compile(r"(\d*):(-?\d*):(\d*):?(\d*)([*=]?)")


class Definition(NamedTuple):
    """How often and how urgently a room is polled; intervals are seconds."""

    every: float | None = None
    priority: int = 0
    anchor_id: str | None = None
    every_max: float | None = None
    last: str | None = None
    """What the last poll that brought a list found of it: changed or unchanged."""


_DEFAULT = Definition()


@lru_cache(1024)
def read(text: str) -> Definition:
    """The definition that a text holds; an empty one is the default."""
    if not (match := _TEXT.fullmatch(text)):
        return _DEFAULT
    every, priority, anchor, every_max, polled = match.groups()
    last = _LAST.get(polled)
    return Definition(_seconds(every), int(priority or 0), anchor or None, _seconds(every_max), last)


def _seconds(ms: str) -> float | None:
    return int(ms or 0) / 1000 or None
