"""What the gateway sends that it does not document: read past, and told once a run, so that somebody may look."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from rankcrawler.gateways.wire.known import ANSWER, Known
from rankcrawler.gateways.wire.surrogates import repaired

FIRST, EVERY = 8, 256
"""Answers of a run that are looked at: so many at its start, and then one in so many. Looking takes as long as
reading does."""
ROWS = 16
"""Rows of a list that are looked at, others in each answer."""
LARGEST = 2 << 20
"""Bytes; a larger body, twice the size of any list, is not taken apart a second time."""
REMEMBERED = 100
"""Paths, after which nothing more is told: by then it is another gateway."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_decode = msgspec.json.Decoder().decode


class Drift:
    """Remembers which undocumented fields a run has met."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._answers = 0
        self._told: set[str] = set()

    def new_in(self, body: bytes) -> tuple[str, ...]:
        """The JSON paths of fields that are told for the first time; none where it is not this answer's turn."""
        self._answers += 1
        is_its_turn = self._answers <= FIRST or self._answers % EVERY == 0
        room = self._remembered - len(self._told)
        if not is_its_turn or not room or len(body) > LARGEST:
            return ()
        try:
            answer = _decode(repaired(body.removeprefix(b"\xef\xbb\xbf")))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ()
        unknown = (path for path in _unknown(answer, ANSWER, "$", self._answers) if path not in self._told)
        new = tuple(islice(dict.fromkeys(unknown), room))
        self._told.update(new)
        return new


def _unknown(told: Any, known: Known, path: str, turn: int) -> Iterator[str]:
    if isinstance(told, list):
        step = -(-len(told) // ROWS) or 1
        for each in told[turn % step :: step]:
            if isinstance(each, dict):
                yield from _unknown(each, known, f"{path}[]", turn)
    elif isinstance(told, dict):
        for name in sorted(told.keys() - known.names):
            yield f"{path}{_step(name)}"
        for name, within in known.within.items():
            if name in told:
                yield from _unknown(told[name], within, f"{path}.{name}", turn)


def _step(name: str) -> str:
    """One step of a path; a name that could be anything as a literal, cut short."""
    return f".{name}" if _NAME.fullmatch(name) else f"[{name[:64]!a}]"
