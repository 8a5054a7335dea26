"""The contributors of a broadcast, and the score of each at any moment.

Scores are computed, not replayed. A contributor's first gift comes on arrival; from then on, time is split into equal
intervals, with one more gift at a random moment of each. After n gifts the score is `coins × (n + x)`, where x in
[0, 1) depends on n. So a score can be computed for any moment, and it never falls.
"""

from functools import lru_cache
from math import ceil, log

import msgspec

from rankcrawler.simulator.broadcast import BROADCAST_MS, Broadcast
from rankcrawler.simulator.chance import mix, share, stream
from rankcrawler.simulator.population import PEOPLE, lifetime_of, pick

_ROOM_SALT, _CROWD_SALT, _GIFT_SALT = 41, 42, 43
_SMALL_CROWDS = 0.12  # share of rooms with few contributors
_WAITING = 0.6  # share of a crowd that is there when the broadcast starts
_LAST_ARRIVAL = 0.75  # share of the broadcast after which no new contributor arrives


class Contributor(msgspec.Struct, frozen=True):
    """A contributor to one broadcast: sends the first gift at `arrival` (ms since 1970), then about `pace` gifts a ms.

    `key` seeds the contributor's chance, `user` is an index into the population, `coins` is the value of a usual gift.
    """

    key: int
    user: int
    arrival: int
    pace: float
    coins: float

    def score_at(self, ms: int) -> int:
        """Return the coins given up to `ms` since 1970; 0 before the first gift."""
        if ms < self.arrival:
            return 0
        stretches, within = divmod((ms - self.arrival) * self.pace, 1)
        gifts = 1 + int(stretches) + (within >= share(self.key, int(stretches)))
        return ceil(self.coins * (gifts + share(self.key, -gifts) ** 3))


class Habit(msgspec.Struct, frozen=True):
    """What a room's broadcasts have in common: how many contributors, and how many gifts a ms each of them sends."""

    size: int
    pace: float


def _habit(seed: int, room_id: str) -> Habit:
    draw = stream(seed, int(room_id), _ROOM_SALT)
    few, breadth = draw.random() < _SMALL_CROWDS, draw.random()
    size = 5 + int(breadth * 20) if few else 50 + int(breadth**1.5 * 110)
    ms_between_gifts = 3_000 * 40 ** draw.random()
    return Habit(size, 1 / (ms_between_gifts * size))


def _arrival(chance: float, start: int) -> int:
    late = max(0.0, chance - _WAITING) / (1 - _WAITING)
    return start + int(late**2 * _LAST_ARRIVAL * BROADCAST_MS)


def _coins(chance: float, lifetime: int, gifts: float) -> float:
    """Return the coins of a usual gift: all gifts of a broadcast come to 2% to 100% of the user's lifetime spend."""
    return max(1.0, lifetime * (0.02 + 0.98 * chance**2) / gifts)


@lru_cache(maxsize=512)
def crowd_of(seed: int, room_id: str, broadcast: Broadcast) -> tuple[Contributor, ...]:
    """Return the contributors of a broadcast, each user once."""
    key = mix(seed, int(room_id), broadcast.number, _CROWD_SALT)
    draw = stream(key)
    habit = _habit(seed, room_id)
    crowd: dict[int, Contributor] = {}
    while len(crowd) < habit.size:
        user = pick(draw.random())
        while user in crowd:
            user = (user + 1) % PEOPLE
        arrival = _arrival(draw.random() if len(crowd) > 2 else 0, broadcast.start)
        pace = habit.pace * -log(1 - draw.random())
        gifts = 2 + (broadcast.start + BROADCAST_MS - arrival) * pace
        coins = _coins(draw.random(), lifetime_of(seed, user), gifts)
        crowd[user] = Contributor(mix(key, user, _GIFT_SALT), user, arrival, pace, coins)
    return tuple(crowd.values())
