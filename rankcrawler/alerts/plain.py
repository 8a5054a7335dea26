"""Text of others in messages: nothing in it that a service would read as a link, a mention or markup."""

import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: control characters, those that turn the direction of text, unassigned ones, line separators."""
_FULL_WIDTH = 0xFEE0
"""From a sign of ASCII to the one that looks like it, and means nothing to any service."""
LONGEST_NAME = 40


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """`"<b>@all"` → `"＜b＞＠all"`: without invisible characters, on one line, and not too long."""
    shown = "".join(_safe(each) for each in text if unicodedata.category(each) not in _INVISIBLE)
    whole = " ".join(shown.split())
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def _safe(character: str) -> str:
    is_sign = "!" <= character <= "~" and not character.isalnum() and character not in "-,+%"
    return chr(ord(character) + _FULL_WIDTH) if is_sign else character
