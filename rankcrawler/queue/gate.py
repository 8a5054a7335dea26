"""The gate in front of one gateway: what holds, limits or stops every worker, whichever kind of list it polls."""

import time
from typing import Any, NamedTuple

from redis.asyncio import Redis

from rankcrawler.queue.budget import Budget
from rankcrawler.queue.reason import stored
from rankcrawler.queue.script import source

KNOBS = ("stopped", "paused", "hold_until", "max_inflight", "rate", "burst", "tat")
"""What people and workers turn; lua/gate/gate.lua says what each means."""
SPENDING = ("budget", "spent", "day_ends")
"""What is known of the day's budget."""


class Admission(NamedTuple):
    """How many rooms a worker may lease now."""

    permits: int
    state: str
    """`run`, or what keeps every room from being leased: `stopped`, `paused` or `held`."""
    wait_ms: int
    """Until a hold ends, or until the next permit flows back."""
    is_limited: bool
    """Whether there is a rate: permits that are not used must be given back."""
    max_inflight: int | None
    """How many rooms may be leased at a time, of all kinds together."""
    reason: str
    """Why the fleet is stopped, if it is."""


class Gate:
    """The gate of a fleet, which names it.

    `before` is where versions in which each kind had knobs of its own kept them: the first call of a process takes
    them over, unless another has.
    """

    def __init__(self, redis: "Redis", fleet: str, before: str) -> None:
        slot = fleet if "{" in fleet else f"{{{fleet}}}"
        self.key = f"rc:{slot}:gate"
        """The hash of the knobs."""
        self.bell = f"rc:{slot}:bell"
        """The channel of a message for every worker."""
        self._redis = redis
        self._before = before
        self._has_adopted = False
        self.budget: Budget | None = None
        """What this worker lets the fleet spend in a day; None for any number of calls."""
        self._registered = redis.register_script(text())

    async def admit(self, n: int) -> Admission:
        """Ask to lease up to n rooms."""
        permits, state, wait, limited, most, reason, *spent = await self._call("admit", n, *self._budgeted())
        if self.budget is not None and spent:
            self.budget.note(spent[0], _now_ms())
        return Admission(
            permits,
            state.decode(),
            int(wait),
            limited == 1,
            int(most) if most else None,
            reason.decode(errors="replace"),
        )

    def _budgeted(self) -> tuple[int, ...]:
        return () if self.budget is None else (self.budget.calls, self.budget.day_ends(_now_ms()))

    async def give_back(self, permits: int) -> None:
        """Return permits that were not used."""
        await self._call("give_back", permits)

    async def hold(self, ms: int) -> None:
        """Let no worker lease rooms for that long."""
        await self._call("hold", ms)

    async def turn(self, *knobs: str | int) -> None:
        """Set knobs, given as names and values; an empty value removes one."""
        await self._call("turn", *knobs)

    async def begin_with(self, adviser: str, *knobs: str | int) -> bool:
        """Set knobs that have no value, as someone advises, once in the life of a queue; returns whether it is now."""
        await self._adopt()
        return bool(await self._registered(keys=[self.key, self.bell], args=["adopt", adviser, *knobs]))

    async def stop(self, reason: str) -> None:
        """Stop every worker."""
        await self.turn("stopped", stored(reason) or "no reason was given")

    async def knobs(self) -> dict[str, str]:
        """The knobs that are set."""
        await self._adopt()
        given: Any = await self._redis.hgetall(self.key)
        named = {name.decode(): value.decode(errors="replace") for name, value in given.items()}
        return {name: value for name, value in named.items() if name in KNOBS or name in SPENDING}

    async def _call(self, operation: str, *words: str | int) -> Any:
        await self._adopt()
        encoded = (word.encode(errors="surrogateescape") if isinstance(word, str) else word for word in words)
        return await self._registered(keys=[self.key, self.bell], args=[operation, *encoded])

    async def _adopt(self) -> None:
        if self._has_adopted:
            return
        values: Any = await self._redis.hmget(self._before, KNOBS)
        if words := [word for pair in zip(KNOBS, values, strict=True) if pair[1] is not None for word in pair]:
            await self._registered(keys=[self.key, self.bell], args=["adopt", self._before, *words])
        self._has_adopted = True


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def text() -> str:
    """The gate's script."""
    return source("gate/gate")
