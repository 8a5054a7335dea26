"""Messages that are to be delivered: taken one by one, and marked when a target has taken them."""

from typing import NamedTuple

import msgspec

from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.backoff import Backoff

PAUSES = Backoff(base=8.0, longest=1800.0)
"""Between attempts, in seconds, with jitter."""
LEAST_PAUSE = 2.0
GIVE_UP_MS = 86_400_000
"""How long a message is tried."""


class Part(NamedTuple):
    """A firing in a message."""

    firing: Firing
    fired_ms: int


class Message(NamedTuple):
    """What is to be delivered to one target. Its id is the same in each attempt."""

    id: str
    target: str
    made_ms: int
    attempt: int
    """The number of this attempt; 1 is the first."""
    parts: tuple[Part, ...]


def take_due(file: StateFile, now_ms: int) -> list[Message]:
    """The messages that are due, each with its next attempt begun: if this process ends now, another tries again."""
    found = file.all("due", now_ms=now_ms)
    if not found:
        return []
    with file.transaction():
        for message, _, _, attempts in found:
            file.all("begin_attempt", id=message, due_ms=now_ms + _pause_ms(attempts + 1, None))
    return [
        Message(message, target, made_ms, attempts + 1, _parts(file, message))
        for message, target, made_ms, attempts in found
    ]


def delivered(file: StateFile, message: Message, now_ms: int) -> None:
    """Mark a message that its target has taken."""
    with file.transaction():
        file.all("end_message", id=message.id, state="sent", problem="", now_ms=now_ms)


def failed(file: StateFile, message: Message, problem: str, now_ms: int, wait: float | None = None) -> bool:
    """Note why an attempt has failed; returns whether there will be another.

    `wait` is how many seconds the target asks for before the next.
    """
    is_over = now_ms - message.made_ms >= GIVE_UP_MS
    with file.transaction():
        if is_over:
            file.all("end_message", id=message.id, state="given_up", problem=problem, now_ms=now_ms)
        else:
            due_ms = now_ms + _pause_ms(message.attempt, wait)
            file.all("postpone", id=message.id, problem=problem, due_ms=due_ms)
    return not is_over


def _parts(file: StateFile, message: str) -> tuple[Part, ...]:
    found = file.all("parts", message=message)
    return tuple(Part(msgspec.json.decode(firing, type=Firing), fired_ms) for firing, fired_ms in found)


def _pause_ms(attempt: int, wait: float | None) -> int:
    pause = LEAST_PAUSE + PAUSES.delay(attempt) if wait is None else min(max(wait, LEAST_PAUSE), PAUSES.longest)
    return round(pause * 1000)
