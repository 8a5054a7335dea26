"""How coins are spread over contributors."""

from collections.abc import Iterable
from operator import mul

import msgspec

TEN = 10


class Concentration(msgspec.Struct, frozen=True):
    """How much of the coins came from few contributors."""

    contributors: int
    """Those who gave something."""
    coins: int
    first: float
    """The share of the one who gave most, 0 to 1."""
    ten: float
    """The share of the ten who gave most."""
    gini: float
    """The Gini coefficient: 0 if all gave the same, near 1 if one gave everything."""


def concentration(coins: Iterable[int | None]) -> Concentration | None:
    """How coins are spread, given those of each contributor; None if there are none."""
    given = sorted(filter(None, coins))
    total, count = sum(given), len(given)
    if not total:
        return None
    weighted = sum(map(mul, given, range(1, count + 1)))
    gini = 2 * weighted / (count * total) - (count + 1) / count
    return Concentration(count, total, given[-1] / total, sum(given[-TEN:]) / total, gini)
