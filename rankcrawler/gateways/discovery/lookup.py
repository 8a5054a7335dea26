"""One discovery call of a gateway: makes its requests, and reads its replies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from rankcrawler.gateways import wire
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.discovery.entry import EntryReader
from rankcrawler.gateways.profiles import DiscoveryCall, Layout, pointer
from rankcrawler.gateways.request import Call, as_text
from rankcrawler.gateways.verdict import Action, Context, Seen, Shape, Verdict, Verdicts
from rankcrawler.language import tr
from rankcrawler.model.anchors import Look, State

_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NOTHING = object()


class Answered(NamedTuple):
    """What a reply said."""

    looks: Mapping[str, Look]
    """By what was asked for: something about each."""
    verdict: Verdict
    """READ, unless the call failed as a whole."""
    seen: Seen


class Lookup:
    """One call that finds rooms, of the gateway at an address."""

    def __init__(self, address: Address, call: DiscoveryCall, layout: Layout, verdicts: Verdicts) -> None:
        self.asks = call.asks
        """What it takes: uid, sec_uid, web_rid or room_id."""
        self.batch = call.batch
        """How many it takes at once."""
        self.tells_ends = call.finished is not None
        """Whether it tells a replay from a broadcast."""
        self._url = address.base + call.path
        self._call = call
        self._layout = layout
        self._verdicts = verdicts
        self._codes = wire.Codes(layout)
        self._words = [pointer.steps(each) for each in layout.words]
        self._entries = pointer.steps(call.entries)
        self._reader = EntryReader(call)

    def request(self, asked: Sequence[str]) -> Call:
        """The request for some anchors or rooms, at most `batch`; the client adds the token."""
        given: dict[str, Any] = {self._call.parameter: ",".join(asked)}
        if self._call.method == "POST":
            return Call(self._url, "POST", msgspec.json.encode(given | self._call.constants))
        constants = {name: as_text(value) for name, value in self._call.constants.items()}
        return Call(f"{self._url}?{urlencode(given | constants, safe=',')}")

    def read(self, reply: Reply, asked: Sequence[str], polled_at_ms: int) -> Answered:
        """What a reply says of everything that was asked for; `polled_at_ms` is when it came, in ms since 1970."""
        body = wire.repaired(reply.body.removeprefix(_BOM))
        code, inner_code = self._codes.seen(body)
        entries = _decoded(pointer.find(body, self._entries))
        shape = Shape.of_unreadable(body) if entries is _NOTHING else Shape.LIST
        seen = Seen(reply.status, code, inner_code, shape)
        follows = self._verdicts.of_answer(seen, self._context(reply, polled_at_ms))
        if follows.action is not Action.READ:
            return Answered(_unknown(asked, follows.reason), follows, seen)
        return Answered(self._looks(entries, asked), follows, seen)

    def unanswered(self, reason: str, asked: Sequence[str]) -> Answered:
        """The same for a request that got no reply."""
        seen = Seen(shape=Shape.NO_ANSWER)
        follows = self._verdicts.of_answer(seen, Context(fault=reason))
        return Answered(_unknown(asked, follows.reason), follows, seen)

    def _context(self, reply: Reply, at_ms: int) -> Context:
        return Context(
            wire.said(reply.body, self._words),
            tr("{place} is missing", place=pointer.path(self._entries)),
            (reply.header("Location") or "") if 300 <= reply.status < 400 else "",
            tuple(map(reply.header, self._layout.waits)),
            datetime.fromtimestamp(at_ms / 1000, UTC),
        )

    def _looks(self, entries: Any, asked: Sequence[str]) -> dict[str, Look]:
        place = pointer.path(self._entries)
        if self._call.form == "one":
            return {each: self._reader.look(entries, each) for each in asked}
        if self._call.form == "rows":
            if not isinstance(entries, list):
                return _unknown(asked, tr("{place} is no array", place=place))
            rows = {self._reader.key(entry): entry for entry in entries}
            return {each: self._of_row(rows, each) for each in asked}
        rooms = {} if entries == [] else entries  # some languages write an empty map like an empty list
        if not isinstance(rooms, dict):
            return _unknown(asked, tr("{place} is no object", place=place))
        return {each: self._of_map(rooms, each) for each in asked}

    def _of_row(self, rows: Mapping[str | None, Any], asked: str) -> Look:
        if asked not in rows:
            return Look(State.UNKNOWN, tr("the answer has no entry for {asked}", asked=asked))
        return self._reader.look(rows[asked], asked)

    def _of_map(self, rooms: Mapping[str, Any], asked: str) -> Look:
        """Who is offline is missing from a map of those who are live."""
        if asked not in rooms:
            return Look(State.OFFLINE)
        return self._reader.room(rooms[asked])


def _decoded(found: msgspec.Raw) -> Any:
    """The value, and _NOTHING if there is none; null is none."""
    try:
        value = msgspec.json.decode(found) if memoryview(found) else None
    except _UNREADABLE:
        value = None
    return _NOTHING if value is None else value


def _unknown(asked: Sequence[str], reason: str) -> dict[str, Look]:
    return {each: Look(State.UNKNOWN, reason) for each in asked}
