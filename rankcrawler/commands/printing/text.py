"""Text from outside, made safe to print on a terminal; and text in characters that a terminal has."""

import codecs
import json
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: control and format characters, surrogates, private and unassigned ones, line separators."""
_JOINS_EMOJI = "\u200d"
_IN_ASCII = {
    "·": "-",
    "–": "-",
    "─": "-",
    "≥": ">=",
    "×": "x",
    "↑": "^",
    "↓": "v",
    "…": "...",
    "\ufffd": "?",
    "\u200d": "",
}
"""Characters that we print ourselves, and what stands for them where there is only ASCII."""


def plain(text: str) -> str:
    """The text with every invisible character replaced by �."""
    if text.isprintable():
        return text
    return "".join("�" if _is_invisible(each) else each for each in text)


def is_unicode(encoding: str) -> bool:
    """Whether an encoding has every character."""
    return codecs.lookup(encoding).name.startswith("utf")


def writable(text: str, encoding: str) -> str:
    """The text in characters that an encoding has; for one that it does not have, what in_ascii() returns."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_writable(each, encoding) for each in text)
    return text


def in_ascii(text: str) -> str:
    """What stands for characters that a terminal does not have: similar ones, or escapes such as `\\u97f3`."""
    return "".join(_IN_ASCII.get(each, each.encode("ascii", "backslashreplace").decode()) for each in text)


def escaped(as_json: bytes, encoding: str = "utf-8") -> str:
    """The JSON with every invisible character escaped, and in other encodings than Unicode's every one outside ASCII.

    It decodes to the same value.
    """
    text = as_json.decode()
    only_ascii = not is_unicode(encoding)
    if text.isascii() if only_ascii else text.isprintable():
        return text
    return "".join(
        json.dumps(each)[1:-1] if _is_invisible(each) or (only_ascii and not each.isascii()) else each for each in text
    )


def _writable(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return in_ascii(character)
    return character


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE and character != _JOINS_EMOJI
