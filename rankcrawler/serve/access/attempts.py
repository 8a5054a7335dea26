"""Limits how often an address may try tokens that are wrong."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from rankcrawler.language import counted
from rankcrawler.serve.refusal import Refusal

MOST = 10
"""Wrong tokens that an address may try within SECONDS."""
SECONDS = 60.0
_REMEMBERED = 10_000
"""Addresses; those that failed longest ago are forgotten."""


class Attempts:
    """The wrong tokens of each address, lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise Refusal if the address has tried too many; even the right token is not looked at then."""
        tries = self._failed.get(address)
        if tries is None or len(tries) < MOST:
            return
        wait = tries[0] + SECONDS - self._clock()
        if wait > 0:
            seconds = ceil(wait)
            detail = counted(
                "too many wrong tokens came from this address: try again in {number} second",
                "too many wrong tokens came from this address: try again in {number} seconds",
                seconds,
            )
            raise Refusal(429, detail, headers={"Retry-After": str(seconds)})

    def failed(self, address: str) -> None:
        """Note a wrong token."""
        tries = self._failed.setdefault(address, deque(maxlen=MOST))
        tries.append(self._clock())
        self._failed.move_to_end(address)
        while len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)
