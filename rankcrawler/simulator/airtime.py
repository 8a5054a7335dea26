"""When simulated anchors are on air, and in which room: a schedule that depends on the seed, the anchor and the clock.

An anchor's time is split into equal periods, each with one broadcast and a pause after it. One broadcast in four drops
out for a while and comes back in the same room; one in four changes its room halfway; after one in four, the broadcast
is shown as a replay until the next.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from rankcrawler.simulator.chance import mix, share

_PHASE_SALT, _LENGTH_SALT, _KIND_SALT, _ROOM_SALT = 61, 62, 63, 64
_KINDS = 8
_DROPS_OUT, _CHANGES, _REPLAYS = (0, 1), (2, 3), (1, 4)
"""The kinds of period, of eight, in which a broadcast drops out, changes its room, and is replayed."""
_FIRST_ROOM, _ROOMS = 7_200_000_000_000_000_000, 10**17


class OnAir(StrEnum):
    """What is to be seen of an anchor."""

    LIVE = "live"
    OFFLINE = "offline"
    REPLAY = "replay"


class Session(msgspec.Struct, frozen=True):
    """One session: a room of an anchor's, and from when to when it is on air, in ms since 1970."""

    anchor: int
    room_id: str
    begin: int
    end: int
    silent: tuple[int, int] | None = None
    """When it drops out, and when it is back."""


class Airing(msgspec.Struct, frozen=True):
    """What is to be seen of an anchor at one moment, and the session now or the last one."""

    state: OnAir
    session: Session


class Airtime(msgspec.Struct, frozen=True):
    """How long simulated broadcasts, the pauses after them, and drop-outs take: ms, on average."""

    live: int = 3 * 3_600_000
    pause: int = 5 * 3_600_000
    drop_out: int = 60_000
    lingers: int = 60_000
    """For how long a room is served after its end."""

    def airing(self, seed: int, anchor: int, ms: int) -> Airing:
        """What is to be seen of an anchor at `ms` since 1970."""
        number = self._number(seed, anchor, ms)
        sessions = [each for past in (number - 1, number) for each in self._of_period(seed, anchor, past)]
        session = [each for each in sessions if each.begin <= ms][-1]
        if ms < session.end:
            is_silent = session.silent is not None and session.silent[0] <= ms < session.silent[1]
            return Airing(OnAir.OFFLINE if is_silent else OnAir.LIVE, session)
        is_replayed = self._kind(seed, anchor, number) in _REPLAYS and session.begin >= self._begin(
            seed, anchor, number
        )
        return Airing(OnAir.REPLAY if is_replayed else OnAir.OFFLINE, session)

    def sessions(self, seed: int, anchor: int, since: int, until: int) -> Iterator[Session]:
        """Yield an anchor's sessions that are on air at some moment from `since` until before `until`."""
        for number in range(self._number(seed, anchor, since), self._number(seed, anchor, until) + 1):
            for session in self._of_period(seed, anchor, number):
                if session.end > since and session.begin < until:
                    yield session

    def is_served(self, session: Session, ms: int) -> bool:
        """Whether the list of a session's room can be had."""
        is_silent = session.silent is not None and session.silent[0] <= ms < session.silent[1]
        return session.begin <= ms < session.end + self.lingers and not is_silent

    def _number(self, seed: int, anchor: int, ms: int) -> int:
        return (ms - self._phase(seed, anchor)) // (self.live + self.pause)

    def _begin(self, seed: int, anchor: int, number: int) -> int:
        return number * (self.live + self.pause) + self._phase(seed, anchor)

    def _phase(self, seed: int, anchor: int) -> int:
        return mix(seed, anchor, _PHASE_SALT) % (self.live + self.pause)

    def _kind(self, seed: int, anchor: int, number: int) -> int:
        return mix(seed, anchor, number, _KIND_SALT) % _KINDS

    def _of_period(self, seed: int, anchor: int, number: int) -> list[Session]:
        begin, kind = self._begin(seed, anchor, number), self._kind(seed, anchor, number)
        end = begin + int(self.live * (0.8 + 0.4 * share(seed, anchor, number, _LENGTH_SALT)))
        middle = (begin + end) // 2
        first, second = (self._room(seed, anchor, number, part) for part in (0, 1))
        if kind in _CHANGES:
            return [Session(anchor, first, begin, middle), Session(anchor, second, middle, end)]
        silent = (middle, min(middle + self.drop_out, end)) if kind in _DROPS_OUT else None
        return [Session(anchor, first, begin, end, silent)]

    @staticmethod
    def _room(seed: int, anchor: int, number: int, part: int) -> str:
        return str(_FIRST_ROOM + mix(seed, anchor, number, part, _ROOM_SALT) % _ROOMS)
