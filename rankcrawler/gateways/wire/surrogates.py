"""Replaces half an emoji (a lone surrogate, such as `\\ud83d` in JSON) by U+FFFD, so that its list can be read."""

import re

_PAIR = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF = rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
_UP_TO_HALF = re.compile(rb"(?:[^\\]++|" + _PAIR + rb"|(?!" + _HALF + rb")\\.?)*+(?:(" + _HALF + rb")|\Z)", re.DOTALL)
_REPLACEMENT = rb"\ufffd"


def repaired(body: bytes) -> bytes:
    """The same JSON without lone surrogates; unchanged if it has none."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    result = bytearray(body)  # edited in place: the replacement has the same length
    for found in _UP_TO_HALF.finditer(body):
        if found[1]:
            result[found.start(1) : found.end(1)] = _REPLACEMENT
    return bytes(result)
