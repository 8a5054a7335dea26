"""The simulated world: every room's list at every moment, computed from one seed."""

from collections.abc import Mapping

from rankcrawler.model.kinds import RANKLIST
from rankcrawler.simulator.airtime import Airing, Airtime, Session
from rankcrawler.simulator.broadcast import BROADCAST_MS, Broadcast, broadcast_at, end_of
from rankcrawler.simulator.chance import mix, share
from rankcrawler.simulator.crowd import crowd_of
from rankcrawler.simulator.mask import MASKS
from rankcrawler.simulator.population import profile_of
from rankcrawler.simulator.ranklist import Contribution, RankList, ranked
from rankcrawler.simulator.scenario import Scenario, scenario_of

_AUDIENCE_SALT, _HIDDEN_SALT = 51, 52
_HIDDEN = 0.01  # share of contributors who asked to be hidden


class World:
    """Rooms whose lists depend only on the seed, the room and the moment: worlds with the same seed are equal.

    `scenarios` sets the scenario of single rooms; the seed picks that of all others. `ends` sets when single rooms
    end, in ms since 1970, and so makes them `ended`. Every other ended room ended on 2020-01-01. Rooms of anchors exist
    from when someone asks for the anchor; `airtime` says how long they are on air.
    """

    def __init__(
        self,
        seed: int = 1,
        scenarios: Mapping[str, Scenario] | None = None,
        ends: Mapping[str, int] | None = None,
        airtime: Airtime | None = None,
    ) -> None:
        self.seed = seed
        self._scenarios = dict(scenarios or {})
        self._ends = dict(ends or {})
        self.airtime = airtime or Airtime()
        self._sessions: dict[str, Session] = {}

    def scenario(self, room_id: str) -> Scenario:
        """Return a room's scenario; `room_id` is in decimal digits."""
        if room_id in self._sessions:
            return Scenario.ORDINARY
        if room_id in self._ends:
            return Scenario.ENDED
        return self._scenarios.get(room_id) or scenario_of(self.seed, room_id)

    def rank_list(self, room_id: str, ms: int, capacity: int = RANKLIST.capacity) -> RankList | None:
        """Return the room's list at `ms` since 1970, of at most `capacity` rows; None once the room has ended."""
        if (session := self._sessions.get(room_id)) is not None:
            return self._list_of(session, ms, capacity)
        scenario = self.scenario(room_id)
        if scenario is Scenario.ENDED and ms >= self._end(room_id):
            return None
        broadcast = broadcast_at(self.seed, room_id, ms)
        rows = () if scenario is Scenario.EMPTY else ranked(self._contributions(room_id, broadcast, ms), capacity)
        mask = MASKS.get(scenario)
        return RankList(room_id, ms, self._audience(room_id, ms), mask(rows) if mask else rows, capacity)

    def airing(self, anchor: int, ms: int) -> Airing:
        """Return what is to be seen of an anchor at `ms` since 1970; `anchor` is the uid."""
        airing = self.airtime.airing(self.seed, anchor, ms)
        self._sessions[airing.session.room_id] = airing.session
        return airing

    def airing_of_room(self, room_id: str, ms: int) -> Airing | None:
        """Return the same of the anchor whose room it is, if the room is the one to be seen; else None."""
        session = self._sessions.get(room_id)
        airing = None if session is None else self.airing(session.anchor, ms)
        return airing if airing is not None and airing.session.room_id == room_id else None

    def _list_of(self, session: Session, ms: int, capacity: int) -> RankList | None:
        """Return the list of an anchor's room: all that happens in a long broadcast happens between begin and end."""
        if not self.airtime.is_served(session, ms):
            return None
        passed = min(ms, session.end) - session.begin
        then = session.begin + passed * BROADCAST_MS // (session.end - session.begin)
        rows = ranked(self._contributions(session.room_id, Broadcast(0, session.begin), then), capacity)
        return RankList(session.room_id, ms, self._audience(session.room_id, ms), rows, capacity)

    def _end(self, room_id: str) -> int:
        end = self._ends.get(room_id)
        return end_of(self.seed, room_id) if end is None else end

    def _contributions(self, room_id: str, broadcast: Broadcast, ms: int) -> list[Contribution]:
        return [
            Contribution(profile_of(self.seed, each.user), score, share(each.key, _HIDDEN_SALT) < _HIDDEN)
            for each in crowd_of(self.seed, room_id, broadcast)
            if (score := each.score_at(ms))
        ]

    def _audience(self, room_id: str, ms: int) -> int:
        usual = 20 * 5_000 ** share(self.seed, int(room_id), _AUDIENCE_SALT)
        return int(usual * (0.9 + 0.2 * share(mix(self.seed, int(room_id)), ms)))
