"""Says field by field what a reply holds, and what it lacks, of all that its gateway's profile names."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Raw

from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.profiles import Layout, Profile, pointer
from rankcrawler.gateways.profiles.check import BESIDE_A_LIST
from rankcrawler.gateways.profiles.pointer import Steps
from rankcrawler.model.columns import Group
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.rows import COLUMNS

MISSING = "missing"
_LONGEST = 60


class Finding(NamedTuple):
    """One thing that a reply holds or lacks."""

    what: str
    found: str
    """The value, how many rows have one, or MISSING. It can be anything: escape it."""
    where: str
    """The JSON path, or what kind of place it is."""


def examined(profile: Profile, reply: Reply, found: RoomSnapshot | FailedPoll) -> Iterator[Finding]:
    """Yield what is in a reply, from the outside inwards; `found` is what the gateway made of it."""
    layout = profile.answer
    yield Finding("HTTP status", str(reply.status), "")
    for name in layout.waits:
        if (value := reply.header(name)) is not None:
            yield Finding("wait", value, f"header {name}")
    yield _first("code", reply.body, [pointer.steps(each) for each in layout.code])
    within = _within(layout, reply.body)
    for name in ("status_code", "clock"):
        places = [] if getattr(layout, name) is None else [within + pointer.steps(getattr(layout, name))]
        yield _first(name, reply.body, places)
    rows = within + pointer.steps(layout.list)
    if isinstance(found, FailedPoll):
        yield _first("list", reply.body, [rows])
        yield Finding("reason", found.reason, "")
        return
    yield Finding("list", f"{found.entry_count} rows", pointer.path(rows))
    yield from (_first(name, reply.body, [(*rows[:-1], name)]) for name in BESIDE_A_LIST)
    yield from _columns(found, pointer.path(rows))


def _columns(found: RoomSnapshot, path: str) -> Iterator[Finding]:
    """Yield how many rows have a value in each column."""
    for column in COLUMNS:
        if column.group is not Group.POLL and column.name != "flags" and found.entries:
            filled = sum(getattr(entry, column.name) is not None for entry in found.entries)
            yield Finding(column.name, f"{filled} of {found.entry_count}" if filled else MISSING, f"{path}[]")
    for row in found.quarantined:
        yield Finding("unreadable row", row.reason, row.path)


def _within(layout: Layout, body: bytes) -> Steps:
    """The first place with a list; the first of all if no place has one."""
    places = [pointer.steps(each) for each in layout.within]
    return next((each for each in places if _is_at(body, each + pointer.steps(layout.list))), places[0])


def _first(what: str, body: bytes, places: list[Steps]) -> Finding:
    """The value at the first place that has one."""
    for place in places:
        if _is_at(body, place):
            return Finding(what, _text(pointer.find(body, place)), pointer.path(place))
    return Finding(what, MISSING, " or ".join(map(pointer.path, places)) or "the profile names no place")


def _is_at(body: bytes, place: Steps) -> bool:
    return bool(memoryview(pointer.find(body, place)))


def _text(value: Raw) -> str:
    text = bytes(memoryview(value)[: _LONGEST + 1]).decode("utf-8", "replace")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
