"""Accepts integers that are written as strings, and rejects numbers with a point or an exponent.

A lenient decoder reads 1.0, "1.0", 1e3 and even 1e-999 as integers; such a number may have been rounded.
"""

import re
from typing import Any

import msgspec

_MAY_ROUND = re.compile(rb':\s*"?-?\d+[.eE][-+\d.eE]*"?\s*[,}\]]')
_INTEGER = re.compile(r"-?\d+")


class _Fraction(str):
    """A JSON number with a point or an exponent, as text."""

    __slots__ = ()


_decode = msgspec.json.Decoder(float_hook=_Fraction).decode


def check(decoded: msgspec.Struct, source: bytes | msgspec.Raw) -> None:
    """Raise ValidationError with the path of an integer in `decoded` that `source` writes as another type."""
    if _MAY_ROUND.search(source):
        _check(decoded, _decode(source), "$")


def _check(decoded: msgspec.Struct, written: Any, path: str) -> None:
    for field, name in zip(decoded.__struct_fields__, decoded.__struct_encode_fields__, strict=True):
        value = getattr(decoded, field)
        if isinstance(value, msgspec.Struct):
            _check(value, written[name], f"{path}.{name}")
        elif type(value) is int and not _is_integer(written[name]):
            raise msgspec.ValidationError(f"Expected `int`, got `{_type(written[name])}` - at `{path}.{name}`")


def _is_integer(written: Any) -> bool:
    return type(written) is int or (type(written) is str and _INTEGER.fullmatch(written) is not None)


def _type(written: Any) -> str:
    return "float" if isinstance(written, _Fraction) else "str"
