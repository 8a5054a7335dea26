"""Reads the codes of an answer that is not a list, whatever else it contains."""

from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.schema import Answer, Code
from rankcrawler.gateways.wire.surrogates import repaired


class InnerRefusal(msgspec.Struct):
    """The status_code of an envelope whose list has an unknown shape."""

    status_code: Code | None = None


class Refusal(msgspec.Struct):
    """The codes of a body whose `data` has an unknown shape."""

    code: Code | None = None
    data: Raw = Raw()
    status_code: Code | None = None


_decode = msgspec.json.Decoder(Refusal, strict=False).decode
_decode_inner = msgspec.json.Decoder(InnerRefusal, strict=False).decode
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
    return Answer[Any](refusal.code, None, None, inner_code)


def _inner_code(data: Raw) -> int | None:
    try:
        return _decode_inner(data).status_code
    except _UNREADABLE:
        return None
