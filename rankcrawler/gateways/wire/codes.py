"""The codes of an answer, also of one that is not a list, whatever else it contains."""

from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.profiles import Layout, pointer
from rankcrawler.gateways.wire.schema import Answer, Code
from rankcrawler.gateways.wire.surrogates import repaired

LONGEST = 64
"""Characters of a code that are kept."""
_LARGEST = 2**63 - 1

_BOM = b"\xef\xbb\xbf"
_outer: Any = bool | Code | str
_decode_outer = msgspec.json.Decoder(_outer, strict=False).decode
_decode_inner = msgspec.json.Decoder(Code, strict=False).decode


def normal(code: bool | int | str | None) -> int | str | None:
    """A code in one form: the number in a text, the word for a boolean; None for an empty text."""
    if isinstance(code, bool):
        return "true" if code else "false"
    if not isinstance(code, str):
        return code
    digits = code.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 20 and abs(int(code)) <= _LARGEST
    return int(code) if is_number else code[:LONGEST] or None


class Codes:
    """Finds the codes of answers of one layout, one place after another."""

    def __init__(self, layout: Layout) -> None:
        self._outer = [pointer.steps(each) for each in layout.code]
        inner = [] if layout.status_code is None else [pointer.steps(layout.status_code)]
        self._inner = [pointer.steps(within) + each for within in layout.within for each in inner]
        self._successes = {None, *map(normal, layout.success.code)}
        self._inner_successes = {None, *layout.success.status_code}

    def of_failure(self, body: bytes) -> int | str | None:
        """The outer code, if it does not mean success."""
        code = self._code(repaired(body.removeprefix(_BOM)))
        return None if code in self._successes else code

    def of_refusal(self, body: bytes, error: AnswerError) -> Answer:
        """The codes of a body that failed with `error`; raises `error` if they cannot be read or mean success."""
        code, inner_code = self.seen(repaired(body))
        if code in self._successes and inner_code in self._inner_successes:
            raise error
        return Answer(code=code, inner_code=inner_code)

    def seen(self, text: bytes) -> tuple[int | str | None, int | None]:
        """The outer and the inner code of a body without a byte order mark; None for one that is missing."""
        found = (_decoded(pointer.find(text, place), _decode_inner) for place in self._inner)
        return self._code(text), next((each for each in found if each is not None), None)

    def _code(self, text: bytes) -> int | str | None:
        found = (_decoded(pointer.find(text, place), _decode_outer) for place in self._outer)
        return next((code for each in found if (code := normal(each)) is not None), None)


def _decoded(value: Raw, decode: Any) -> Any:
    try:
        return decode(value) if memoryview(value) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
