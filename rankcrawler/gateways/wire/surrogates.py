"""Replaces half an emoji (a lone surrogate, such as `\\ud83d` in JSON) by U+FFFD, so that its list can be read."""

import re

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape, or a pair of them; the group is half a pair. Possessive quantifiers fail on Python 3.11.2, Debian 12's."""
_REPLACEMENT = rb"\ufffd"


def repaired(body: bytes) -> bytes:
    """The same JSON without lone surrogates; unchanged if it has none."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    result = bytearray(body)  # edited in place: the replacement has the same length
    for found in _ESCAPE.finditer(body):
        if found[1]:
            result[found.start() : found.end()] = _REPLACEMENT
    return bytes(result)
