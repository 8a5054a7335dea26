"""A line of polls.jsonl: one poll, and where its rows end in entries.jsonl.

The format is version 2. A line without a `version` is of version 1, which had none of the fields that came later. So
every field that a later version adds has a default, and old files stay readable.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.model import clocks
from rankcrawler.model.items import FailedPoll, Poll, Quarantined, RoomSnapshot
from rankcrawler.model.targets import RoomName, Target
from rankcrawler.store.answers import Outcome
from rankcrawler.store.contract import Kept
from rankcrawler.store.deduplication import Identity, list_fingerprint, outcome_of

VERSION = 2


class PollLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of polls.jsonl."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    captured_at: str | None
    """None for a failed poll, like the list's other fields."""
    polled_at: str
    outcome: Outcome
    total: int | None
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None
    entry_count: int | None
    digest: str | None
    flags: tuple[str, ...]
    fence: int
    entries_end: int
    """The size of entries.jsonl in bytes, with this poll's rows."""
    quarantined: tuple[Quarantined, ...] = ()
    """The rows of the answer that could not be read."""
    action: str | None = None
    """The verdict on a failed poll; it and the next five fields are those of a FailedPoll."""
    reason: str | None = None
    status: int | None = None
    code: int | None = None
    status_code: int | None = None
    attempt: int | None = None
    version: int = 1
    """Of the format."""

    @property
    def room(self) -> RoomName:
        """What was polled."""
        return RoomName(self.source, self.kind, self.room_id)

    @property
    def target(self) -> Target:
        """What was polled, with its anchor."""
        return Target(self.source, self.kind, self.room_id, self.anchor_id)

    @property
    def identity(self) -> Identity:
        """What distinguishes this poll from the room's others."""
        return self.polled_at, self.captured_at, self.digest

    @property
    def ordered_at(self) -> str:
        """The moment by which the room's polls are ordered."""
        return (
            self.polled_at
            if self.captured_at is None
            else clocks.ordered_at(self.captured_at, self.polled_at, self.flags)
        )

    @property
    def may_be_newest(self) -> bool:
        """Whether its list, if it has one, can be the room's newest."""
        return self.captured_at is not None and clocks.may_be_newest(self.flags)

    @property
    def fingerprint(self) -> bytes:
        """Of the list."""
        return list_fingerprint(self.anchor_id, self)


class _Version(msgspec.Struct):
    version: int = 1


_lines = msgspec.json.Decoder(PollLine)
_versions = msgspec.json.Decoder(_Version)

_OF_LIST = [name for name in PollLine.__struct_fields__ if name in RoomSnapshot.__struct_fields__]
_OF_FAILURE = [name for name in PollLine.__struct_fields__ if name in FailedPoll.__struct_fields__]
_NO_LIST: dict[str, Any] = dict.fromkeys(_OF_LIST) | {"flags": (), "quarantined": ()}


def made(poll: Poll, kept: Kept, entries_end: int) -> PollLine:
    """The line of a poll."""
    found, target = poll.found, poll.target
    facts = {name: getattr(found, name) for name in (_OF_FAILURE if isinstance(found, FailedPoll) else _OF_LIST)}
    return PollLine(
        **{name: getattr(target, name) for name in Target.__struct_fields__},
        **(_NO_LIST | facts),
        outcome=outcome_of(found, kept),
        fence=poll.fence,
        entries_end=entries_end,
        version=VERSION,
    )


def snapshot_fields(line: PollLine) -> dict[str, Any]:
    """The fields of a line's list, without its target and its rows."""
    return {name: getattr(line, name) for name in _OF_LIST}


def decoded(block: bytes, begin: int) -> Sequence[PollLine]:
    """The lines of a block that begins at a byte of polls.jsonl; raises StoreError if they cannot be read."""
    try:
        lines = _lines.decode_lines(block)
    except msgspec.DecodeError as error:
        _check_versions(block)
        raise StoreError(tr("polls.jsonl is damaged after byte {begin}: {error}", begin=begin, error=error)) from error
    for line in lines:
        _check(line.version)
    return lines


def _check_versions(block: bytes) -> None:
    """Raise StoreError if a newer version is why lines cannot be read."""
    for line in block.splitlines():
        try:
            _check(_versions.decode(line).version)
        except msgspec.DecodeError:
            return


def _check(version: int) -> None:
    if version > VERSION:
        raise StoreError(
            tr(
                "polls.jsonl was written by a newer rankcrawler (version {version}, not {supported}): "
                "install that one, or name another folder",
                version=version,
                supported=VERSION,
            )
        )
