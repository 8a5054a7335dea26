"""Amounts that the gateway writes as text, and what they show about a contributor's spending."""

import re
import unicodedata
from typing import NamedTuple

_UNITS = {"万": 10_000, "w": 10_000, "亿": 100_000_000}
_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s*([万亿wW]?)(\+?)"
_GOES_ON = r"(?![\d.,+万亿wWkKmM十百千])"
_OTHER_UNIT = r"(?!\s*(?:[级%‰天日周月年分秒次人名位]|小时))"
_ROUGHLY = r"(?!\s*(?:[~〜–—至到多余几起]|-|左右|上下|以[上下内]))"
_AMOUNT = re.compile(rf"\s*{_NUMBER}{_GOES_ON}{_OTHER_UNIT}{_ROUGHLY}")
_RANGE = re.compile(rf"\s*{_NUMBER}\s*[~〜–—至到-]\s*{_NUMBER}{_GOES_ON}{_OTHER_UNIT}{_ROUGHLY}")
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
    """The bounds of an amount in words: `1,939` → exact, `15.1万音浪` → ±500, `3万+` → 30000 to 39999, `5~9` → 5 to 9.

    An amount in 万, w or 亿 is rounded to its last digit, so it is off by at most half a unit of that digit; one with
    a + is rounded down. Full-width digits are accepted, and so is any name of a coin after the amount. Returns UNKNOWN
    if the text does not start with an amount, if it counts something else (`5级`, `20%`, `3天`) or only about so many
    (`1998~`, `3000多`), or if it is longer than LONGEST_TEXT.
    """
    if len(text) > LONGEST_TEXT:
        return UNKNOWN
    normal = unicodedata.normalize("NFKC", text)
    if found := _AMOUNT.match(normal):
        return _bounds(*found.groups(""))
    if found := _RANGE.match(normal):
        groups = found.groups("")
        return _between(_bounds(*groups[:4]), _bounds(*groups[4:]))
    return UNKNOWN


def _between(least: Bounds, most: Bounds) -> Bounds:
    if least.low is None or most.high is None or least.low > most.high:
        return UNKNOWN
    return Bounds(least.low, most.high)


def _bounds(digits: str, decimals: str, unit: str, more: str) -> Bounds:
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
