"""Encodes text that a database refuses.

PostgreSQL takes no NUL, and neither database takes half of a surrogate pair. Each of these, and the mark itself, is
stored as the mark and four hexadecimal digits. Any other text, which is nearly all, is stored as it is.
"""

import re

MARK = "\x1a"
"""The control character SUBSTITUTE."""

_refused = re.compile(r"[\0\x1a\ud800-\udfff]")
_encoded = re.compile(r"\x1a([0-9a-f]{4})")


def encoded(text: str) -> str:
    """The text as it is stored."""
    if text.isascii() and "\0" not in text and MARK not in text:
        return text
    return _refused.sub(lambda found: f"{MARK}{ord(found[0]):04x}", text)


def decoded(text: str) -> str:
    """The text as it was before it was stored."""
    return _encoded.sub(lambda found: chr(int(found[1], 16)), text) if MARK in text else text
