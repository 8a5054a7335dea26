"""Drift: undocumented fields in the gateway's answers. They are ignored, and reported once per run."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from rankcrawler.gateways.profiles import Layout, named
from rankcrawler.gateways.wire.known import Known, of_answers
from rankcrawler.gateways.wire.surrogates import repaired

FIRST, EVERY = 8, 256
"""Which answers of a run are checked: the first FIRST, then one in EVERY. A check takes as long as reading."""
ROWS = 16
"""Rows of a list that are checked, different ones in each answer."""
LARGEST = 2 << 20
"""Bytes. A larger body, twice the size of any list, is not parsed a second time."""
REMEMBERED = 100
"""Paths that are reported at most. With more of them, it is a different gateway."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_decode = msgspec.json.Decoder().decode


class Drift:
    """Finds undocumented fields, and remembers which ones a run has reported.

    Without a layout, it knows the fields of the default profile.
    """

    def __init__(self, layout: Layout | None = None, remembered: int = REMEMBERED) -> None:
        self._known = of_answers(layout or named().answer)
        self._remembered = remembered
        self._answers = 0
        self._reported: set[str] = set()

    def new_in(self, body: bytes) -> tuple[str, ...]:
        """The JSON paths of undocumented fields that are new to this run; empty if this answer is not checked."""
        self._answers += 1
        is_checked = self._answers <= FIRST or self._answers % EVERY == 0
        left = self._remembered - len(self._reported)
        if not is_checked or not left or len(body) > LARGEST:
            return ()
        try:
            answer = _decode(repaired(body.removeprefix(b"\xef\xbb\xbf")))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ()
        unknown = (path for path in _unknown(answer, self._known, "$", self._answers) if path not in self._reported)
        new = tuple(islice(dict.fromkeys(unknown), left))
        self._reported.update(new)
        return new


def _unknown(value: Any, known: Known, path: str, turn: int) -> Iterator[str]:
    if isinstance(value, list):
        step = -(-len(value) // ROWS) or 1
        for item in value[turn % step :: step]:
            if isinstance(item, dict):
                yield from _unknown(item, known, f"{path}[]", turn)
    elif isinstance(value, dict):
        for name in sorted(value.keys() - known.names):
            yield f"{path}{_step(name)}"
        for name, within in known.within.items():
            if name in value:
                yield from _unknown(value[name], within, f"{path}.{name}", turn)


def _step(name: str) -> str:
    """One step of a path. A name that is not an identifier is quoted and shortened."""
    return f".{name}" if _NAME.fullmatch(name) else f"[{name[:64]!a}]"
