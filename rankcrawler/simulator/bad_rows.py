"""Malformed rows: makes some rows of a list unreadable, in several ways."""

from itertools import cycle
from typing import Any

from rankcrawler.simulator.skeleton import Json

_EACH = 10
"""One row in ten is malformed. The first never is: an answer without one good row would not count as a list."""
_WAYS: tuple[dict[str, Any], ...] = ({"rank": None}, {"user": "a text"}, {"score": -1}, {"user": {"id": 1.5}})


def spoil_rows(rows: list[Json]) -> int:
    """Make some rows malformed, in place, and return how many: none if there are fewer than two."""
    bad = rows[1::_EACH]
    for row, way in zip(bad, cycle(_WAYS), strict=False):
        row.update(way)
    return len(bad)
