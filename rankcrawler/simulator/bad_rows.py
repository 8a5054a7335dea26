"""Malformed rows: makes some rows of a list unreadable, in several ways."""

from itertools import cycle
from typing import Any

import msgspec

_EACH = 10
"""One row in ten is malformed. The first never is: an answer without one good row would not count as a list."""
_WAYS: tuple[dict[str, Any], ...] = ({"rank": None}, {"user": "a text"}, {"score": -1}, {"user": {"id": 1.5}})


def with_bad_rows(body: bytes) -> tuple[bytes, int]:
    """Return the answer with malformed rows, and how many there are: none if the list has fewer than two rows."""
    answer = msgspec.json.decode(body)
    bad = answer["data"]["data"]["ranks"][1::_EACH]
    for row, way in zip(bad, cycle(_WAYS), strict=False):
        row.update(way)
    return msgspec.json.encode(answer), len(bad)
