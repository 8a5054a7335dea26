"""Reads the codes and the message of an answer that is not a list, whatever else it contains."""

from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.schema import Answer, Code
from rankcrawler.gateways.wire.surrogates import repaired

WORDS = 200
"""Characters that are kept of a message that is not a string."""


class InnerRefusal(msgspec.Struct):
    """The status_code of an envelope whose list has an unknown shape."""

    status_code: Code | None = None


class Refusal(msgspec.Struct):
    """The codes and messages of a body whose `data` has an unknown shape."""

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
    """The codes of a body that failed with `error`; raises `error` if they cannot be read or mean success."""
    try:
        refusal = _decode(repaired(body))
    except _UNREADABLE:
        raise error from None
    enveloped = _inner_code(refusal.data)
    inner_code = refusal.status_code if enveloped is None else enveloped
    if refusal.code in (None, 200) and inner_code in (None, 0):
        raise error
    return Answer[Any](refusal.code, _words(refusal.msg), _words(refusal.router), None, None, inner_code)


def _inner_code(data: Raw) -> int | None:
    try:
        return _decode_inner(data).status_code
    except _UNREADABLE:
        return None


def _words(message: Raw) -> str | None:
    """The message; if it is not a string, the start of its JSON."""
    try:
        return _decode_words(message) if bytes(message) else None
    except _UNREADABLE:
        return bytes(message)[: 4 * WORDS].decode("utf-8", "replace")[:WORDS]
