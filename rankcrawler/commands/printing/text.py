"""Text from outside, made safe to print on a terminal."""

import json
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: control and format characters, surrogates, private and unassigned ones, line separators."""
_JOINS_EMOJI = "\u200d"


def plain(text: str) -> str:
    """The text with every invisible character replaced by �."""
    if text.isprintable():
        return text
    return "".join("�" if _is_invisible(each) else each for each in text)


def escaped(as_json: bytes) -> str:
    """The JSON with every invisible character escaped; it decodes to the same value."""
    text = as_json.decode()
    if text.isprintable():
        return text
    return "".join(json.dumps(each)[1:-1] if _is_invisible(each) else each for each in text)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE and character != _JOINS_EMOJI
