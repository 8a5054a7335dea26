"""Half of an emoji (a lone surrogate, as `\\ud83d` in JSON) is no reason to lose a list: it becomes U+FFFD."""

import re

_KEPT_ESCAPE = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u]"
_LONE_SURROGATE = re.compile(rb"(" + _KEPT_ESCAPE + rb")|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def mended(body: bytes) -> bytes:
    """The same JSON without lone surrogates; the very same bytes where it has none."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _LONE_SURROGATE.sub(lambda found: found[1] or rb"\ufffd", body)
