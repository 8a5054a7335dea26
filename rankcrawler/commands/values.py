"""Types of option values, for argparse. Each error says what was expected; argparse adds the option's name."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable, Collection, Iterable
from math import inf
from typing import TypeVar

from rankcrawler.errors import RankcrawlerError
from rankcrawler.gateways.address import NAME
from rankcrawler.language import marked, tr
from rankcrawler.queue.limits import LARGEST_ID
from rankcrawler.spelling import meant

T = TypeVar("T")

_HIGHEST_RATE = 100_000


def whole(least: int, most: float = inf) -> Callable[[str], int]:
    """The type of a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII) and least <= int(text) <= most:
            return int(text)
        raise _unexpected(_range(least, most, tr("a whole number")), text)

    return read


def number(least: float, most: float = inf, of: str = marked("a number")) -> Callable[[str], float]:
    """The type of a number from `least` to `most`; `of` says what the number is."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -inf
        if least <= value <= most and value != inf:
            return value
        raise _unexpected(_range(least, most, tr(of)), text)

    return read


def identifier(text: str) -> str:
    """The id of a room or an anchor."""
    if re.fullmatch(r"\d{1,19}", text, re.ASCII) and 0 < int(text) <= LARGEST_ID:
        return str(int(text))
    raise _unexpected(tr("an id, which is a whole number of 1 to 19 digits"), text)


def source(text: str) -> str:
    """The name of a gateway."""
    if NAME.fullmatch(text):
        return text
    raise _unexpected(tr("a name of 1 to 100 letters, digits, or - . _ :"), text)


def rooms(text: str) -> list[str] | None:
    """Room ids with commas between them; None for `all`."""
    return None if text == "all" else [identifier(each) for each in text.split(",")]


def one_of(names: Collection[str]) -> Callable[[str], str]:
    """The type of a word that is one of these."""

    def read(text: str) -> str:
        if text in names:
            return text
        raise ArgumentTypeError(
            tr(
                "expected one of {names}, not {text!r}{meant}",
                names=", ".join(names),
                text=text[:40],
                meant=meant(text, names),
            )
        )

    return read


def listed(names: Iterable[str]) -> str:
    """The names, as argparse shows what an option takes."""
    return f"{{{','.join(names)}}}"


def rate(text: str) -> float | None:
    """Rooms per second; None for `off`."""
    if text == "off":
        return None
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(?:/s)?", text, re.ASCII)
    if match and 0 < float(match[1]) <= _HIGHEST_RATE:
        return float(match[1])
    raise _unexpected(tr("a rate such as 5/s, above 0 and up to {most}/s, or off", most=_HIGHEST_RATE), text)


def limit(text: str) -> int | None:
    """How many at most; None for `off`."""
    if text == "off":
        return None
    if re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        return int(text)
    raise _unexpected(tr("how many rooms may be leased at a time, such as 100, or off"), text)


def parsed_by(parse: Callable[[str], T]) -> Callable[[str], T]:
    """The type of what `parse` returns; an error of ours becomes argparse's."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except RankcrawlerError as error:
            raise ArgumentTypeError(str(error)) from None

    return read


def _range(least: float, most: float, what: str) -> str:
    if most == inf:
        return tr("{what} of at least {least:g}", what=what, least=least)
    return tr("{what} from {least:g} to {most:.10g}", what=what, least=least, most=most)


def _unexpected(expected: str, text: str) -> ArgumentTypeError:
    return ArgumentTypeError(tr("expected {expected}, not {text!r}", expected=expected, text=text[:40]))
