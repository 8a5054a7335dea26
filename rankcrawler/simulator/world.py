"""Every room's rank list at every moment, all of it decided by one seed."""

from collections.abc import Mapping

from rankcrawler.simulator.broadcast import Broadcast, broadcast_at, end_of
from rankcrawler.simulator.chance import mix, share
from rankcrawler.simulator.crowd import crowd_of
from rankcrawler.simulator.mask import MASKS
from rankcrawler.simulator.population import profile_of
from rankcrawler.simulator.ranklist import Giving, RankList, ranked
from rankcrawler.simulator.scenario import Scenario, scenario_of

_AUDIENCE_SALT, _HIDDEN_SALT = 51, 52
_HIDDEN = 0.01  # share of contributors who asked not to be shown


class World:
    """Rooms whose lists are a function of the seed, the room and the moment: two worlds of one seed agree.

    `scenarios` says what kind some rooms are, in place of chance. `ends` says when some rooms end, in ms since
    1970: they are of kind ended. What chance or `scenarios` makes an ended room ended on 2020-01-01.
    """

    def __init__(
        self, seed: int = 1, scenarios: Mapping[str, Scenario] | None = None, ends: Mapping[str, int] | None = None
    ) -> None:
        self.seed = seed
        self._scenarios = dict(scenarios or {})
        self._ends = dict(ends or {})

    def scenario(self, room_id: str) -> Scenario:
        """Return the kind of a room, given as the decimal digits of its id."""
        if room_id in self._ends:
            return Scenario.ENDED
        return self._scenarios.get(room_id) or scenario_of(self.seed, room_id)

    def rank_list(self, room_id: str, ms: int) -> RankList | None:
        """Return the room's list at `ms` since 1970; None once the room has ended."""
        kind = self.scenario(room_id)
        if kind is Scenario.ENDED and ms >= self._end(room_id):
            return None
        broadcast = broadcast_at(self.seed, room_id, ms)
        rows = () if kind is Scenario.EMPTY else ranked(self._givings(room_id, broadcast, ms))
        mask = MASKS.get(kind)
        return RankList(room_id, ms, self._audience(room_id, ms), mask(rows) if mask else rows)

    def _end(self, room_id: str) -> int:
        end = self._ends.get(room_id)
        return end_of(self.seed, room_id) if end is None else end

    def _givings(self, room_id: str, broadcast: Broadcast, ms: int) -> list[Giving]:
        return [
            Giving(profile_of(self.seed, giver.user), score, share(giver.key, _HIDDEN_SALT) < _HIDDEN)
            for giver in crowd_of(self.seed, room_id, broadcast)
            if (score := giver.score_at(ms))
        ]

    def _audience(self, room_id: str, ms: int) -> int:
        usual = 20 * 5_000 ** share(self.seed, int(room_id), _AUDIENCE_SALT)
        return int(usual * (0.9 + 0.2 * share(mix(self.seed, int(room_id)), ms)))
