"""The table of verdicts: the action for one value of one field of an answer."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from rankcrawler.language import marked


class Action(Enum):
    """What the crawl does with an answer. The values are the actions in the setting VERDICTS."""

    READ = "read"
    """Store the list."""
    RETRY = "retry"
    """The poll failed: poll the room again later, at most ROOM_ATTEMPTS times if it does not recur."""
    WAIT = "wait"
    """The gateway asks clients to slow down: pause all rooms. This costs no room an attempt."""
    GONE = "gone"
    """The room no longer exists."""
    GONE_ONCE = "gone_once"
    """GONE, until a second poll agrees. It cannot be set in VERDICTS."""
    STOP = "stop"
    """The token is refused, or its quota is spent: stop using it until a person acts."""


class Shape(Enum):
    """The form of an answer, whatever its codes."""

    LIST = "list"
    NO_ANSWER = "no_answer"
    """The connection failed, stalled or broke, or the answer was too large or badly compressed."""
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    UNREADABLE = "unreadable"
    """Not JSON, or JSON that is not a rank list."""

    @classmethod
    def of_unreadable(cls, body: bytes) -> "Shape":
        """The shape of a body that could not be read as a list."""
        start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if not start:
            return cls.EMPTY_BODY
        return cls.HTML_PAGE if start == b"<" else cls.UNREADABLE


class Seen(NamedTuple):
    """The facts that decide a verdict; None for those that the answer lacks or that could not be read."""

    status: int | None = None
    code: int | str | None = None
    status_code: int | None = None
    shape: Shape = Shape.LIST

    @property
    def has_code(self) -> bool:
        """Whether the answer has a code of the gateway's own."""
        return self.code is not None or self.status_code is not None

    def cells(self) -> "Iterator[Cell]":
        """Yield the cells of the table to look up: the codes, outermost first, then the shape."""
        for field, value in (("http", self.status), ("code", self.code), ("status_code", self.status_code)):
            if value is not None:
                yield field, value
        yield "shape", self.shape.value


class Entry(NamedTuple):
    """The action for a cell. `words` say what the value means; `seconds` is how long WAIT lasts, None if not set."""

    action: Action
    words: str = ""
    seconds: float | None = None


Cell = tuple[str, int | str]
"""A field and its value."""
Table = Mapping[Cell, Entry]

_REFUSED = Entry(Action.STOP, marked("the gateway refuses the token"))
_SPENT = Entry(Action.STOP, marked("the token's quota is spent"))
_UNKNOWN_ROOM = Entry(Action.GONE, marked("no such room"))
_GONE = Entry(Action.GONE, marked("the room is gone"))
NO_ROUTE = Entry(Action.RETRY, marked("a web server's answer, not the gateway's"))
"""For a status that means GONE, of an answer without the gateway's codes: it says nothing about the room."""
_SLOW_DOWN = Entry(Action.WAIT, marked("the gateway asks to slow down"))

DEFAULTS: Table = {
    ("http", 200): Entry(Action.READ),
    ("http", 401): _REFUSED,
    ("http", 402): _SPENT,
    ("http", 403): _REFUSED,
    ("http", 404): _UNKNOWN_ROOM,
    ("http", 410): _GONE,
    ("http", 429): _SLOW_DOWN,
    ("code", 200): Entry(Action.READ),
    ("code", 401): _REFUSED,
    ("code", 402): _SPENT,
    ("code", 403): _REFUSED,
    ("code", 404): _UNKNOWN_ROOM,
    ("code", 410): _GONE,
    ("code", 429): _SLOW_DOWN,
    ("status_code", 0): Entry(Action.READ),
    ("shape", "no_answer"): Entry(Action.RETRY),
    ("shape", "empty_body"): Entry(Action.RETRY, marked("unreadable answer")),
    ("shape", "html_page"): Entry(Action.RETRY, marked("unreadable answer")),
    ("shape", "unreadable"): Entry(Action.RETRY, marked("unreadable answer")),
}
"""READ marks a value that is not a failure. An answer is read if all its values are marked so."""


def of_gateway(codes: Iterable[int | str], status_codes: Iterable[int], rows: Table) -> Table:
    """The table of a gateway: DEFAULTS, but only these codes mean success, and its own rows take precedence."""
    ours = {cell: entry for cell, entry in DEFAULTS.items() if not (_is_code(cell) and entry.action is Action.READ)}
    cells: list[Cell] = [*(("code", code) for code in codes), *(("status_code", code) for code in status_codes)]
    return ours | dict.fromkeys(cells, Entry(Action.READ)) | dict(rows)


def _is_code(cell: Cell) -> bool:
    return cell[0] in ("code", "status_code")
