"""The table: what follows where one field of an answer has one value."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple


class Action(Enum):
    """What follows from an answer; the values are the words of the setting VERDICTS."""

    READ = "read"
    """It is a list: store it."""
    RETRY = "retry"
    """This poll failed: try the room again, later, a bounded number of times."""
    WAIT = "wait"
    """The gateway asks everybody to slow down: hold all rooms for a while; no attempt is counted."""
    GONE = "gone"
    """There is no such room any more."""
    STOP = "stop"
    """The token is refused or its quota spent: nothing can be polled with it until a person acts."""


class Shape(Enum):
    """What an answer looks like, whatever it says."""

    LIST = "list"
    NO_ANSWER = "no_answer"
    """The connection failed, stalled or broke off; or the answer was too large, or badly packed."""
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    UNREADABLE = "unreadable"
    """Not JSON, or JSON that is no rank list."""

    @classmethod
    def of_unreadable(cls, body: bytes) -> "Shape":
        """The shape of a body that could not be read as a list."""
        start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if not start:
            return cls.EMPTY_BODY
        return cls.HTML_PAGE if start == b"<" else cls.UNREADABLE


class Seen(NamedTuple):
    """What a verdict rests on; None is what the answer did not have, or what could not be read."""

    status: int | None = None
    code: int | None = None
    status_code: int | None = None
    shape: Shape = Shape.LIST

    def cells(self) -> "Iterator[Cell]":
        """The cells of the table to look into: the codes from the outermost to the innermost, and the shape."""
        for field, value in (("http", self.status), ("code", self.code), ("status_code", self.status_code)):
            if value is not None:
                yield field, value
        yield "shape", self.shape.value


class Row(NamedTuple):
    """What follows where one field has one value; `words` say what it means, `seconds` how long WAIT lasts."""

    action: Action
    words: str = ""
    seconds: float | None = None


Cell = tuple[str, int | str]
"""A field and its value."""
Table = Mapping[Cell, Row]

_REFUSED = Row(Action.STOP, "the gateway refuses the token")
_SPENT = Row(Action.STOP, "the token's quota is spent")
_UNKNOWN_ROOM = Row(Action.GONE, "the gateway knows no such room")
_GONE = Row(Action.GONE, "the room is gone")
_SLOW_DOWN = Row(Action.WAIT, "the gateway asks to slow down")

DEFAULTS: Table = {
    ("http", 200): Row(Action.READ),
    ("http", 401): _REFUSED,
    ("http", 402): _SPENT,
    ("http", 403): _REFUSED,
    ("http", 404): _UNKNOWN_ROOM,
    ("http", 410): _GONE,
    ("http", 429): _SLOW_DOWN,
    ("code", 200): Row(Action.READ),
    ("code", 401): _REFUSED,
    ("code", 402): _SPENT,
    ("code", 403): _REFUSED,
    ("code", 404): _UNKNOWN_ROOM,
    ("code", 410): _GONE,
    ("code", 429): _SLOW_DOWN,
    ("status_code", 0): Row(Action.READ),
    ("shape", "no_answer"): Row(Action.RETRY),
    ("shape", "empty_body"): Row(Action.RETRY, "unreadable answer"),
    ("shape", "html_page"): Row(Action.RETRY, "unreadable answer, an HTML page"),
    ("shape", "unreadable"): Row(Action.RETRY, "unreadable answer"),
}
"""READ says of a value that it is no failure; an answer is read if none of its fields says otherwise."""


def is_outage(status: int | None) -> bool:
    """Whether a failure is the gateway's rather than a room's: no answer, HTTP 444 or 5xx."""
    return status is None or status == 444 or status >= 500
