"""A list some of whose rows cannot be read, each in another way."""

from itertools import cycle
from typing import Any

import msgspec

_EACH = 10
"""One row in so many is bad, and the first of a list never is: a list with no good row would be no list."""
_WAYS: tuple[dict[str, Any], ...] = ({"rank": None}, {"user": "nobody"}, {"score": -1}, {"user": {"id": 1.5}})


def with_bad_rows(body: bytes) -> tuple[bytes, int]:
    """Return an answer like the given one, and how many of its rows are bad; none is, where it has fewer than two."""
    answer = msgspec.json.decode(body)
    bad = answer["data"]["data"]["ranks"][1::_EACH]
    for row, way in zip(bad, cycle(_WAYS), strict=False):
        row.update(way)
    return msgspec.json.encode(answer), len(bad)
