"""Reads one entry of a discovery call's answer: the state of one anchor or room."""

from typing import Any

from rankcrawler.gateways.profiles import DiscoveryCall, pointer
from rankcrawler.gateways.profiles.pointer import Steps
from rankcrawler.gateways.wire import normal
from rankcrawler.language import tr
from rankcrawler.model.anchors import ID_DISAGREES, Look, State

LONGEST = 200
"""Characters of a title or a name that are kept."""
_LARGEST_ID = 2**63 - 1
_LAST_SECOND = 2**33
"""Moments after it, in the year 2242, are no seconds since 1970."""


class EntryReader:
    """Reads the entries of one discovery call."""

    def __init__(self, call: DiscoveryCall) -> None:
        self._call = call
        self._live = frozenset(map(normal, call.live))
        self._ended = frozenset(map(normal, call.ended))

    def look(self, entry: Any, asked: str) -> Look:
        """What an entry says of what was asked for. A field that is missing makes the state unknown, never offline."""
        call = self._call
        room_id = asked if call.asks == "room_id" else identifier(self._get(entry, call.room_id))
        state, why = self._state(entry, room_id)
        finished = _ms(self._get(entry, call.finished))
        is_replay = state is State.LIVE and finished is not None
        if is_replay:
            state = State.OFFLINE
        return Look(
            state,
            why,
            room_id,
            _text(self._get(entry, call.title)),
            _text(self._get(entry, call.nickname)),
            _text(self._get(entry, call.audience)),
            identifier(self._get(entry, call.uid)),
            _text(self._get(entry, call.sec_uid)),
            _ms(self._get(entry, call.began)),
            finished,
            is_replay,
            self._flags(entry, room_id),
        )

    def room(self, value: Any) -> Look:
        """What a room's id says that stands where an entry of a map is."""
        room_id = identifier(value)
        if room_id is None:
            return Look(State.UNKNOWN, tr("expected the id of a room, not {value!r}", value=str(value)[:40]))
        return Look(State.LIVE, room_id=room_id)

    def key(self, entry: Any) -> str | None:
        """What an entry is about."""
        return identifier(self._get(entry, self._call.key or self._call.room_id))

    def _state(self, entry: Any, room_id: str | None) -> tuple[State, str]:
        call = self._call
        if call.status is None:
            return (State.LIVE, "") if room_id else _missing("room_id", call.room_id)
        value = self._get(entry, call.status)
        code = normal(value) if isinstance(value, bool | int | str) else None
        if code in self._ended:
            return State.OFFLINE, ""
        if code not in self._live:
            if code is None:
                return _missing("status", call.status)
            return State.UNKNOWN, tr("status {value!r} is neither live nor ended", value=code)
        return (State.LIVE, "") if room_id else _missing("room_id", call.room_id)

    def _flags(self, entry: Any, room_id: str | None) -> tuple[str, ...]:
        number = identifier(self._get(entry, self._call.room_number))
        return (ID_DISAGREES,) if room_id is not None and number not in (None, room_id) else ()

    def _get(self, entry: Any, place: str | None) -> Any:
        return None if place is None else found(entry, pointer.steps(place))


def found(value: Any, steps: Steps) -> Any:
    """What is at a place of a decoded answer; None if nothing is."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def identifier(value: Any) -> str | None:
    """An id in decimal digits; None for anything that is none, such as 0."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > len(str(_LARGEST_ID)):
        return None
    return str(int(text)) if 0 < int(text) <= _LARGEST_ID else None


def _missing(what: str, place: str | None) -> tuple[State, str]:
    return State.UNKNOWN, tr("{what} is missing: expected it at {place}", what=what, place=place or "")


def _text(value: Any) -> str | None:
    """A text, or a number in words; None for a blank one."""
    text = str(value) if type(value) is int else value
    return (text.strip()[:LONGEST] or None) if isinstance(text, str) else None


def _ms(value: Any) -> int | None:
    """Seconds since 1970, as milliseconds; None for 0, and for what is no moment."""
    seconds = int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value
    return seconds * 1000 if type(seconds) is int and 0 < seconds < _LAST_SECOND else None
