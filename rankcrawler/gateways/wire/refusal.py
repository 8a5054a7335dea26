"""What can be told of an answer that is no list: its codes and its words, whatever else it holds."""

from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.schema import Answer, Code
from rankcrawler.gateways.wire.surrogates import repaired

WORDS = 200
"""Characters that are kept of what a gateway says of itself in a form that is no text."""


class InnerRefusal(msgspec.Struct):
    """The verdict of an envelope whose list has an unknown shape."""

    status_code: Code | None = None


class Refusal(msgspec.Struct):
    """The least that can be read of a body whose `data` has an unknown shape."""

    code: Code | None = None
    msg: Raw = Raw()
    router: Raw = Raw()
    data: Raw = Raw()
    status_code: Code | None = None


_decode = msgspec.json.Decoder(Refusal, strict=False).decode
_decode_inner = msgspec.json.Decoder(InnerRefusal, strict=False).decode
_decode_words = msgspec.json.Decoder(str | None).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(body: bytes, error: AnswerError) -> Answer[Any]:
    """The codes of a body in which `error` was found; raises that where the body claims to be a success."""
    try:
        refusal = _decode(repaired(body))
    except _UNREADABLE:
        raise error from None
    told = _inner_code(refusal.data)
    inner_code = refusal.status_code if told is None else told
    if refusal.code in (None, 200) and inner_code in (None, 0):
        raise error
    return Answer[Any](refusal.code, _words(refusal.msg), _words(refusal.router), None, None, inner_code)


def _inner_code(data: Raw) -> int | None:
    try:
        return _decode_inner(data).status_code
    except _UNREADABLE:
        return None


def _words(told: Raw) -> str | None:
    """The text, or what there is instead as it came."""
    try:
        return _decode_words(told) if bytes(told) else None
    except _UNREADABLE:
        return bytes(told)[: 4 * WORDS].decode("utf-8", "replace")[:WORDS]
