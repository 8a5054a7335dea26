"""Sessions: what follows from looks at an anchor.

One begins when the anchor is live in another room than before, and ends when the anchor is live in another room, or
offline in END_AFTER looks in a row.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from rankcrawler.model.anchors import Look, State

_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_REASON = 60, 30, 80
_LONGEST = 480
"""Characters of a note: it must fit a reason of the queue."""


class Task(Enum):
    """What a worker has to do before a look is settled."""

    BEGIN = "begin"
    """Poll the room, and begin the session in the store."""
    END = "end"
    """Poll the room a last time, and end the session in the store."""


class Followed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of an anchor between two looks. Times are ms since 1970."""

    state: State = State.UNKNOWN
    """What the last look said."""
    looked_ms: int = 0
    """When it was; 0 before the first."""
    reason: str = ""
    """Why it said nothing."""
    room_id: str | None = None
    """The room of the session that is on; None if none is."""
    begun_ms: int | None = None
    ended_ms: int | None = None
    """When a session ends that is about to be ended."""
    title: str | None = None
    nickname: str | None = None
    uid: str | None = None
    offline: int = 0
    """How many looks in a row said that the anchor is offline."""
    offline_ms: int | None = None
    """When the first of them was."""
    task: Task | None = None
    """What was begun for the session of `room_id`, and may not be done: it is done again before anything else."""
    by: str = ""
    """How the beginning or the end is known that `task` is about: one of BY."""
    replay: str | None = None
    """A room that only shows a replay."""

    def as_json(self) -> str:
        """The note in the queue."""
        whole = msgspec.json.encode(self).decode()
        if len(whole) <= _LONGEST:
            return whole
        return msgspec.json.encode(replace(self, title=None, nickname=None, reason="")).decode()

    @classmethod
    def of_json(cls, note: bytes | None) -> "Followed":
        """The same, from a note; nothing is known without one."""
        try:
            return cls() if note is None else msgspec.json.decode(note, type=cls)
        except msgspec.DecodeError:
            return cls()

    def done(self) -> "Followed":
        """The same once its task is done."""
        if self.task is Task.BEGIN:
            return replace(self, task=None, by="")
        ended = {"room_id": None, "begun_ms": None, "ended_ms": None, "title": None}
        return replace(self, task=None, by="", **ended)


GATEWAY, LOOK, FOUND, LOOKS, ROOM, REMOVED = "gateway", "look", "found", "looks", "room", "removed"
BY = {
    GATEWAY: "the gateway states the moment",
    LOOK: "of a beginning: the look that found the anchor live, after others that did not",
    FOUND: "of a beginning: the anchor was live when first looked up, and may have been for long",
    LOOKS: "of an end: the first of the looks that agree that the anchor is offline",
    ROOM: "of an end: the anchor was live in another room",
    REMOVED: "of an end: the anchor is not followed any more",
}
"""How the moments of a session are known."""


def steps(known: Followed, look: Look, now_ms: int, end_after: int) -> Iterator[Followed]:
    """Yield what is known after a look, step by step: each but the last has a task, to be done before the next step.

    Look at `done()` of a step with a task for what is known afterwards.
    """
    if look.state is State.UNKNOWN:
        yield replace(known, state=look.state, looked_ms=now_ms, reason=look.reason[:_LONGEST_REASON])
        return
    known = replace(known, state=look.state, looked_ms=now_ms, reason="", uid=look.uid or known.uid)
    if look.state is State.LIVE and look.room_id is not None:
        yield from _live(known, look, now_ms, end_after)
    else:
        yield from _offline(known, look, now_ms, end_after)


def _live(known: Followed, look: Look, now_ms: int, end_after: int) -> Iterator[Followed]:
    was_elsewhere = known.room_id is not None or known.offline >= end_after
    if known.room_id not in (None, look.room_id):
        end = replace(known, task=Task.END, ended_ms=known.offline_ms or look.began_ms or now_ms, by=ROOM)
        yield end
        known = end.done()
    known = replace(known, offline=0, offline_ms=None, nickname=_cut(look.nickname, _LONGEST_NAME) or known.nickname)
    known = replace(known, title=_cut(look.title, _LONGEST_TITLE) or known.title, replay=None)
    if known.room_id is None:
        by = GATEWAY if look.began_ms is not None else LOOK if was_elsewhere else FOUND
        begin = replace(
            known, room_id=look.room_id, begun_ms=min(look.began_ms or now_ms, now_ms), task=Task.BEGIN, by=by
        )
        yield begin
        known = begin.done()
    yield known


def _offline(known: Followed, look: Look, now_ms: int, end_after: int) -> Iterator[Followed]:
    offline = min(known.offline + 1, end_after)
    since = known.offline_ms or now_ms
    if look.finished_ms is not None and look.room_id == known.room_id and known.room_id is not None:
        since = min(look.finished_ms, since)
    is_over = offline == end_after and (known.room_id is not None or known.offline < end_after)
    known = replace(known, offline=offline, offline_ms=since)
    if look.is_replay:
        known = replace(known, replay=look.room_id)
    if is_over:  # also of an anchor of whom nothing is known: the store may have a session that is open
        by = GATEWAY if look.finished_ms is not None and look.room_id == known.room_id else LOOKS
        end = replace(known, task=Task.END, ended_ms=since, by=by)
        yield end
        known = end.done()
    yield known


def _cut(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]


class SessionChange(NamedTuple):
    """That a session has begun, or has ended, as a store takes it in. What is None changes nothing."""

    source: str
    """The gateway's name in data."""
    anchor: str
    """Anchor.name."""
    room_id: str | None
    """None for every session of the anchor that is on."""
    fence: int
    """The lease's number: a change of an earlier lease comes too late."""
    begun_ms: int | None = None
    begun_by: str | None = None
    ended_ms: int | None = None
    """None if the session is on."""
    ended_by: str | None = None
    title: str | None = None
    nickname: str | None = None
    flags: tuple[str, ...] = ()
