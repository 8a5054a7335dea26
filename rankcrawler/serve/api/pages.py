"""Pages of a table: where one begins, and where the next one does."""

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Request

from rankcrawler.language import tr
from rankcrawler.serve.api import forms
from rankcrawler.serve.api.given import Cursor, Limit, wrong

USUAL = 100
ALL = 1_000_000
"""Rows of a table as CSV, at most."""
_IDENTITY = (
    *("source", "kind", "room_id", "user_id", "since_at", "seen_at", "at", "reason", "action", "status", "code"),
    *("id", "name"),
)
"""The fields that say which row of a table it is."""
_NUMBERS = ("limit", "level", "least")
_Written = tuple[int, list[str | int | None]]


class Page(NamedTuple):
    """A part of a table."""

    limit: int
    """Rows."""
    start: int = 0
    """How many rows came before it when the page before was served."""
    after: tuple[str | int | None, ...] | None = None
    """The identity of the last row of the page before."""

    @property
    def reach(self) -> int:
        """How many rows of the table must be known, to serve this page and to know whether there is another."""
        return self.start + self.limit + 1

    def of(self, rows: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
        """The rows of the page, and the cursor of the next one; None if it is the last.

        The page begins after the row with which the page before has ended, also if that has moved meanwhile.
        """
        start = self.start
        has_moved = self.after is not None and [identity(row) for row in rows[start - 1 : start]] != [self.after]
        if has_moved:
            start = next((place for place, row in enumerate(rows, 1) if identity(row) == self.after), start)
        shown = rows[start : start + self.limit]
        is_last = start + self.limit >= len(rows)
        return shown, None if is_last else _cursor(start + self.limit, identity(shown[-1]))


def page(request: Request[Any, Any, Any], limit: Limit = None, cursor: Cursor = None) -> Page:
    """The page that a request names; raises Refusal for a cursor or a number that is none."""
    for name in _NUMBERS:
        if request.query_params.get(name, "").lower() == "null":  # which would be taken for a missing one
            raise wrong(name, tr("expected a whole number"))
    size = limit or (ALL if forms.wants_csv(request) else USUAL)
    if cursor is None:
        return Page(size)
    try:
        start, after = msgspec.json.decode(base64.urlsafe_b64decode(cursor.encode("ascii")), type=_Written)
    except (ValueError, msgspec.DecodeError):
        raise wrong("cursor", tr("it is not one that this server has made")) from None
    if not 0 <= start <= ALL:
        raise wrong("cursor", tr("it is not one that this server has made"))
    return Page(size, start, tuple(after))


def identity(row: Any) -> tuple[str | int | None, ...]:
    """What tells a row from the others of its table."""
    return tuple(getattr(row, name) for name in _IDENTITY if name in type(row).__struct_fields__)


def _cursor(start: int, after: Sequence[str | int | None]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((start, after))).decode()
