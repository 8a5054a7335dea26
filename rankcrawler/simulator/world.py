"""The simulated world: every room's list at every moment, computed from one seed."""

from collections.abc import Mapping

from rankcrawler.model.kinds import RANKLIST
from rankcrawler.simulator.broadcast import Broadcast, broadcast_at, end_of
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
    end, in ms since 1970, and so makes them `ended`. Every other ended room ended on 2020-01-01.
    """

    def __init__(
        self, seed: int = 1, scenarios: Mapping[str, Scenario] | None = None, ends: Mapping[str, int] | None = None
    ) -> None:
        self.seed = seed
        self._scenarios = dict(scenarios or {})
        self._ends = dict(ends or {})

    def scenario(self, room_id: str) -> Scenario:
        """Return a room's scenario; `room_id` is in decimal digits."""
        if room_id in self._ends:
            return Scenario.ENDED
        return self._scenarios.get(room_id) or scenario_of(self.seed, room_id)

    def rank_list(self, room_id: str, ms: int, capacity: int = RANKLIST.capacity) -> RankList | None:
        """Return the room's list at `ms` since 1970, of at most `capacity` rows; None once the room has ended."""
        scenario = self.scenario(room_id)
        if scenario is Scenario.ENDED and ms >= self._end(room_id):
            return None
        broadcast = broadcast_at(self.seed, room_id, ms)
        rows = () if scenario is Scenario.EMPTY else ranked(self._contributions(room_id, broadcast, ms), capacity)
        mask = MASKS.get(scenario)
        return RankList(room_id, ms, self._audience(room_id, ms), mask(rows) if mask else rows, capacity)

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
