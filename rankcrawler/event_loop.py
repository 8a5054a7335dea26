"""The event loop of a crawl: uvloop's, with timers that never fire early.

uvloop counts in whole milliseconds: it rounds a delay, and cuts off the fraction of the time from which it counts. So
a timer can fire up to 1.5 ms early. A call that is made once an interval, such as the one that logs Scrapy's figures,
then finds that a fraction of a millisecond is left, sleeps for so little that uvloop does not sleep at all, and is
made again, ten times and more, until the interval is over.
"""

from asyncio import TimerHandle
from collections.abc import Callable
from contextvars import Context
from typing import TypeVarTuple

import uvloop

Ts = TypeVarTuple("Ts")

_EARLY = 0.0015
"""Seconds by which uvloop can be early: 1 ms for the time from which it counts, and half of one for rounding."""


class Loop(uvloop.Loop):
    """uvloop's loop. A timer fires up to 2 ms later than an exact one, and never early."""

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> TimerHandle:
        """Call back after at least `delay` seconds; soon if it is 0 or less."""
        return super().call_later(delay + _EARLY if delay > 0 else delay, callback, *args, context=context)
