"""Text that no database refuses, and the text it stands for.

PostgreSQL takes no NUL, and neither database takes half of a surrogate pair. Both, and the mark itself,
are written as a mark and four hexadecimal digits; other text, which is nearly all, is written as it is.
"""

import re

MARK = "\x1a"
"""ASCII's own character for what cannot be shown: SUBSTITUTE."""

_refused = re.compile(r"[\0\x1a\ud800-\udfff]")
_written = re.compile(r"\x1a([0-9a-f]{4})")


def kept(text: str) -> str:
    """The text as it is stored."""
    if text.isascii() and "\0" not in text and MARK not in text:
        return text
    return _refused.sub(lambda found: f"{MARK}{ord(found[0]):04x}", text)


def told(text: str) -> str:
    """The text that was stored."""
    return _written.sub(lambda found: chr(int(found[1], 16)), text) if MARK in text else text
