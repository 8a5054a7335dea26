"""Amounts that the gateway writes as text, and what they show about a contributor's spending."""

import re
import unicodedata
from typing import NamedTuple

_UNITS = {"万": 10_000, "w": 10_000, "亿": 100_000_000}
_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s*([万亿wW]?)(\+?)"
_GOES_ON = r"(?![\d.,+万亿wWkKmM十百千])"
_AMOUNT = re.compile(rf"\s*{_NUMBER}{_GOES_ON}")
_MISSING = "差"
_LONGEST = 18
"""Digits; a longer number does not fit into 64 bits."""
LONGEST_TEXT = 64
"""Characters. No amount is longer, and normalising a million accents takes many minutes."""


class Bounds(NamedTuple):
    """The least and the greatest possible value of a number, both inclusive; None if there is no limit."""

    low: int | None
    high: int | None


UNKNOWN = Bounds(None, None)


def amount(text: str) -> Bounds:
    """The bounds of an amount in words: `1,939` → exact, `15.1万音浪` → ±500, `3万+` → 30000 to 39999.

    An amount in 万, w or 亿 is rounded to its last digit, so it is off by at most half a unit of that digit; one with
    a + is rounded down. Full-width digits are accepted, suffixes are ignored. Returns UNKNOWN if the text does not
    start with an amount, or is longer than LONGEST_TEXT.
    """
    found = _AMOUNT.match(unicodedata.normalize("NFKC", text)) if len(text) <= LONGEST_TEXT else None
    if found is None:
        return UNKNOWN
    digits, decimals, unit, more = found.groups("")
    if len(digits) > _LONGEST or (decimals and not unit):
        return UNKNOWN
    if not unit:
        exact = int(digits.replace(",", ""))
        return Bounds(exact, exact)
    decimals = decimals[:8]
    worth, parts = _UNITS[unit.lower()], 10 ** len(decimals)
    scaled, step = int(digits.replace(",", "") + decimals) * worth // parts, worth // parts
    return Bounds(scaled, scaled + max(step, 1) - 1) if more else Bounds(scaled - step // 2, scaled + step // 2)


def missing(describe: str) -> Bounds:
    """The diamonds left to the next level: `距离26级还差1998抖币` → (1998, 1998), `…还差15.1w` → ±500.

    Returns UNKNOWN if the text does not say.
    """
    return amount(describe.partition(_MISSING)[2])


def lifetime(low: int, high: int, describe: str) -> Bounds:
    """The diamonds that an account has ever spent, from its level's bounds [low, high) and its text.

    `high` is 0 at the top level, where only the lower bound is known. Returns UNKNOWN if nothing is known.
    """
    if high <= low:
        return Bounds(low, None) if low else UNKNOWN
    least, most = missing(describe)
    if least is None or most is None:
        return Bounds(low, high - 1)
    spent_least, spent_most = max(low, high - most), min(high - 1, high - least)
    text_contradicts_level = spent_least > spent_most
    return Bounds(low, high - 1) if text_contradicts_level else Bounds(spent_least, spent_most)
