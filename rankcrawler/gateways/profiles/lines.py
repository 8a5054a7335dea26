"""Finds the lines of a TOML file where its keys are, which tomllib does not say."""

import re

Key = tuple[str, ...]
"""The names that lead to a value, from the outermost table inwards."""

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*\[\s*({_NAME})\s*\]\s*(?:#.*)?")
_VALUE = re.compile(rf"\s*({_NAME})\s*=")
_LONG_TEXT = re.compile(r'"""|\'\'\'')


def lines(text: str) -> dict[Key, int]:
    """The number of the line on which each table and key begins; 1 is first. Long texts are skipped."""
    found: dict[Key, int] = {(): 1}
    table: Key = ()
    is_in_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not is_in_text and (header := _TABLE.fullmatch(line)):
            table = _key(header[1])
            _note(found, table, number)
        elif not is_in_text and (value := _VALUE.match(line)):
            _note(found, table + _key(value[1]), number)
        is_in_text ^= len(_LONG_TEXT.findall(line)) % 2 == 1
    return found


def line_of(key: Key, among: dict[Key, int]) -> int:
    """The line of a key or, if it has none of its own, of the innermost table that holds it."""
    while key not in among:
        key = key[:-1]
    return among[key]


def _note(found: dict[Key, int], key: Key, number: int) -> None:
    for length in range(1, len(key) + 1):  # a name with dots begins its outer tables as well
        found.setdefault(key[:length], number)


def _key(name: str) -> Key:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))
