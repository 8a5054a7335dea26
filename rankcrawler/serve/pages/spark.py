"""Small columns, as paths of SVG that need no script."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 95, 24
_GAP = 2
_LOW = 1.5
"""The least height of a column: something was given, or nothing, but it is known."""


class Spark(NamedTuple):
    """The `d` of three paths."""

    past: str
    now: str
    """The last column, whose hour is not over."""
    none: str
    """Where nothing is known."""


def columns(values: Sequence[float | None]) -> Spark | None:
    """A column for each value; None if none is known."""
    known = [each for each in values if each is not None]
    if not known:
        return None
    top, step = max(known) or 1, (WIDTH + _GAP) / len(values)
    paths: list[list[str]] = [[], [], []]
    for place, value in enumerate(values):
        kind = 2 if value is None else 1 if place == len(values) - 1 else 0
        height = 1 if value is None else max(_LOW, value / top * HEIGHT)
        paths[kind].append(f"M{place * step:.1f} {HEIGHT}v-{height:.1f}h{step - _GAP:.1f}v{height:.1f}z")
    return Spark(*("".join(each) for each in paths))
