"""JSON pointers: where a value is in an answer, such as /data/code (RFC 6901)."""

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.language import tr

Steps = tuple[str, ...]
"""A pointer's steps from the top of an answer inwards; none for the whole answer."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decode_array = msgspec.json.Decoder(list[Raw]).decode


def steps(pointer: str) -> Steps:
    """The steps of a pointer; raises ValueError if it is none."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(tr('expected a JSON pointer such as "/data/code", not {pointer!r}', pointer=pointer))
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def path(of: Steps) -> str:
    """The same place as errors write it: `$.data.code`."""
    return ".".join(("$", *of))


def find(body: bytes, of: Steps) -> Raw:
    """The JSON at this place; empty if there is none. Reads no more of the body than it must."""
    found = Raw(body)
    for step in of:
        try:
            found = _item(found, step) if bytes(memoryview(found)[:1]) == b"[" else _member(step)(found).value
        except _UNREADABLE:
            return Raw()
    return found


def _item(array: Raw, step: str) -> Raw:
    items = _decode_array(array)
    return items[int(step)] if step.isascii() and step.isdigit() and int(step) < len(items) else Raw()


@lru_cache(maxsize=256)
def _member(name: str) -> Any:
    """Decodes an object, and keeps one member undecoded."""
    kept = msgspec.defstruct("Object", [("value", Raw, Raw())], rename={"value": name})
    return msgspec.json.Decoder(kept).decode
