"""Integers that come as strings are taken, numbers with a point or an exponent are not.

A lenient decoder takes 1.0, "1.0", 1e3, and even 1e-999, for integers; what was rounded on its way is no fact.
"""

import re
from typing import Any

import msgspec

_MAY_ROUND = re.compile(rb':\s*"?-?\d+[.eE][-+\d.eE]*"?\s*[,}\]]')
_WHOLE = re.compile(r"-?\d+")


class _Fraction(str):
    """A JSON number with a point or an exponent, as it is written."""

    __slots__ = ()


_decode = msgspec.json.Decoder(float_hook=_Fraction).decode


def check(decoded: msgspec.Struct, source: bytes | msgspec.Raw) -> None:
    """Raise ValidationError with its path where an integer of `decoded` was written as something else in `source`."""
    if _MAY_ROUND.search(source):
        _check(decoded, _decode(source), "$")


def _check(decoded: msgspec.Struct, told: Any, path: str) -> None:
    for name in decoded.__struct_fields__:
        value = getattr(decoded, name)
        if isinstance(value, msgspec.Struct):
            _check(value, told[name], f"{path}.{name}")
        elif type(value) is int and not _is_whole(told[name]):
            raise msgspec.ValidationError(f"Expected `int`, got `{_kind(told[name])}` - at `{path}.{name}`")


def _is_whole(told: Any) -> bool:
    return type(told) is int or (type(told) is str and _WHOLE.fullmatch(told) is not None)


def _kind(told: Any) -> str:
    return "float" if isinstance(told, _Fraction) else "str"
