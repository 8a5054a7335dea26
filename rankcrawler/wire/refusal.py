"""What can be told of an answer that is no list: its codes and its words, whatever else it holds."""

from typing import Any

import msgspec

from rankcrawler.errors import AnswerError
from rankcrawler.wire.answer import Answer, Code, Entry
from rankcrawler.wire.surrogates import mended

WORDS = 200
"""Characters that are kept of what a gateway says of itself in a form that is no text."""


class InnerRefusal(msgspec.Struct):
    """The verdict of an envelope whose list has an unknown shape."""

    status_code: Code | None = None


class Refusal(msgspec.Struct):
    """The least that can be read of a body whose `data` has an unknown shape."""

    code: Code | None = None
    msg: Any = None
    router: Any = None
    data: InnerRefusal | list[Any] | str | float | bool | None = None
    status_code: Code | None = None

    @property
    def inner_code(self) -> int | None:
        """The inner verdict, wherever this shape of answer has it."""
        told = self.data.status_code if isinstance(self.data, InnerRefusal) else None
        return self.status_code if told is None else told


_decode = msgspec.json.Decoder(Refusal, strict=False).decode


def read(body: bytes, error: AnswerError) -> Answer[Entry]:
    """The codes of a body in which `error` was found; raises that where the body claims to be a success."""
    try:
        refusal = _decode(mended(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise error from None
    if refusal.code in (None, 200) and refusal.inner_code in (None, 0):
        raise error
    msg, router = (None if words is None else str(words)[:WORDS] for words in (refusal.msg, refusal.router))
    return Answer[Entry](refusal.code, msg, router, None, None, refusal.inner_code)
