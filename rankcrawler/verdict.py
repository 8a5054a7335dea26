"""What the crawler does with an answer: (HTTP status, code, status_code) → an action and its reason.

The gateway does not document its codes, so what is not in the tables is retried within the room's
attempts, and its code is shown as it came.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum


class Action(Enum):
    """What follows from an answer."""

    READ = "read"
    """It is a list: store it."""
    RETRY = "retry"
    """This poll failed: try the room again, later, a bounded number of times."""
    WAIT = "wait"
    """The gateway asks everybody to slow down: hold all rooms for a while; no attempt is counted."""
    GONE = "gone"
    """There is no such room any more."""
    STOP = "stop"
    """The token is refused or its quota spent: no room can be polled until a person acts."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action, its reason in words, and for WAIT how many seconds."""

    action: Action
    reason: str = ""
    seconds: float = 0.0


DEFAULT_WAIT = 10.0
"""Seconds to hold off after a 429 that names no time."""
LONGEST_WAIT = 3600.0

_BY_STATUS = {
    401: (Action.STOP, "the gateway refuses the token"),
    402: (Action.STOP, "the token's quota is spent"),
    403: (Action.STOP, "the gateway refuses the token"),
    404: (Action.GONE, "the gateway knows no such room"),
    410: (Action.GONE, "the room is gone"),
    429: (Action.WAIT, "the gateway asks to slow down"),
}
_SUCCESS = {"code": (None, 200), "status_code": (None, 0)}


def of_status(status: int, retry_after: str | None = None, now: datetime | None = None) -> Verdict:
    """The verdict on an HTTP status alone; READ means that the body decides. `now` dates Retry-After."""
    if status == 200:
        return Verdict(Action.READ)
    action, words = _BY_STATUS.get(status, (Action.RETRY, "the gateway failed"))
    seconds = _seconds(retry_after, now or datetime.now(UTC)) if action is Action.WAIT else 0.0
    return Verdict(action, f"HTTP {status}: {words}", seconds)


def of_codes(code: int | None, status_code: int | None, words: str) -> Verdict:
    """The verdict on the codes inside a body that came with HTTP 200; `words` are the gateway's own."""
    if code not in _SUCCESS["code"]:
        action, meaning = _BY_STATUS.get(code or 0, (Action.RETRY, ""))
        return Verdict(action, _said(f"code {code}", meaning or words), DEFAULT_WAIT)
    if status_code not in _SUCCESS["status_code"]:
        return Verdict(Action.RETRY, _said(f"status_code {status_code}", words))
    return Verdict(Action.READ)


def _said(what: str, words: str) -> str:
    return f"{what}: {words[:200]!r}" if words else what


def _seconds(retry_after: str | None, now: datetime) -> float:
    """Retry-After is a number of seconds or a date; what cannot be read counts as absent."""
    if not retry_after:
        return DEFAULT_WAIT
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return DEFAULT_WAIT
    return min(max((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds(), 0.0), LONGEST_WAIT)
