"""Text in lines of a limited width, measured in columns of the screen: a Chinese character takes two."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

_WIDE = "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
_OPENING, _CLOSING = "（《【「", "，。；：、！？）》】」"
_PIECES = re.compile(rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")
"""Spaces, a wide character, or a word, each with its punctuation; lines are broken between them."""


def wrapped(text: str, width: int | None) -> list[str]:
    """The lines of a text. A word is never broken: it gets a line of its own, even if it is longer than the width."""
    if width is None or cell_len(text) <= width:
        return [text]
    return list(_lines(text, width))


def cut(text: str, width: int, mark: str) -> str:
    """The beginning of a text, with a mark at its end, if it is longer than the width."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - len(mark)).rstrip() + mark


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces after it, or before it with `right`, so that it is as wide as that."""
    spaces = " " * (width - cell_len(text))
    return spaces + text if right else text + spaces


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for piece in _PIECES.findall(text):
        if line.strip() and cell_len(line + piece) > width:
            yield line.rstrip()
            line = ""
        if line or not piece.isspace():
            line += piece
    if line:
        yield line.rstrip()
