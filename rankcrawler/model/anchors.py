"""Anchors, whose rooms change with every broadcast, and what a look at one finds."""

from enum import Enum

import msgspec

FORMS = ("uid", "sec_uid", "web_rid")
"""What an anchor is known by: the platform's number, its opaque text, or the number in a live page's address."""


class Anchor(msgspec.Struct, frozen=True, order=True):
    """An anchor who is followed."""

    by: str
    """One of FORMS."""
    id: str

    @property
    def name(self) -> str:
        """The anchor in one word, in the queue, in stores and for people: `uid=98204909466`."""
        return f"{self.by}={self.id}"

    @classmethod
    def named(cls, name: str) -> "Anchor":
        """The anchor of such a word."""
        by, _, of = name.partition("=")
        return cls(by, of)


class State(Enum):
    """What a look says of an anchor."""

    LIVE = "live"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Nothing: an error, a page, an empty body, or a field that is missing. It is never taken for offline."""


class Look(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a gateway said of one anchor, or of one room. What it did not tell is None; times are ms since 1970."""

    state: State
    reason: str = ""
    """Why the state is unknown."""
    room_id: str | None = None
    title: str | None = None
    nickname: str | None = None
    """What the anchor is called."""
    audience: str | None = None
    """How many watch, in the gateway's words."""
    uid: str | None = None
    sec_uid: str | None = None
    began_ms: int | None = None
    finished_ms: int | None = None
    """If the state is offline, of the broadcast that `room_id` names."""
    is_replay: bool = False
    """Whether the room shows a broadcast that is over."""
    flags: tuple[str, ...] = ()
    """What is odd about the answer."""


ID_DISAGREES = "id_disagrees"
"""The flag of a room's id whose number differs from its text: the number went through a double, so the text counts."""
