"""Compares clocks: this machine's, that of the queue's server, and the gateway's."""

import time
from collections.abc import Awaitable, Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from rankcrawler import durations
from rankcrawler.commands.doctor.finding import Finding, ok, warning, wrong
from rankcrawler.gateways.client import Reply
from rankcrawler.language import marked, tr
from rankcrawler.queue.shared_clock import TOLERANCE_MS

_FAR_MS = 60_000
"""Lists that are dated so wrongly are in the wrong minute."""
_SECOND_MS = 1000
"""An HTTP date leaves out the part of the second."""
_FIX = "sudo timedatectl set-ntp true"
_QUEUE, _GATEWAY, _BOTH = marked("queue's server"), marked("gateway"), marked("queue's server and gateway")


class Reading(NamedTuple):
    """What a clock said between two moments of this machine's; all in ms since 1970."""

    before: float
    after: float
    said: float
    precision: float = 0.0
    """How much later it may have been."""

    @property
    def ahead(self) -> float:
        """How many ms the clock is ahead of this machine's, at best guess."""
        return self.said + self.precision / 2 - (self.before + self.after) / 2

    @property
    def doubt(self) -> float:
        """How far off the guess may be, in ms."""
        return (self.after - self.before + self.precision) / 2


def now_ms() -> float:
    """This machine's clock, in ms since 1970."""
    return time.time_ns() / 1e6


async def read(clock: Callable[[], Awaitable[float]]) -> Reading:
    """Read a clock, in ms since 1970."""
    before = now_ms()
    said = await clock()
    return Reading(before, now_ms(), said)


def of_reply(before: float, reply: Reply) -> Reading | None:
    """The gateway's clock, by the header that HTTP has for it; `before` is when it was asked. None without one."""
    after = now_ms()
    try:
        moment = parsedate_to_datetime(reply.header("date") or "")
    except ValueError:
        return None
    return Reading(before, after, moment.timestamp() * 1000, _SECOND_MS)


def findings(queue: Reading | None, gateway: Reading | None) -> Iterator[Finding]:
    """Yield how clocks differ. Polls are dated by that of the queue's server, so it is the one that has to be right."""
    if queue is not None:
        yield _compared(_QUEUE, queue.ahead, queue.doubt, _behind_this(queue.ahead), is_dating=False)
    if gateway is not None:
        yield _compared(_GATEWAY, gateway.ahead, gateway.doubt, _behind_this(gateway.ahead), is_dating=queue is None)
    if queue is not None and gateway is not None:
        ahead, doubt = gateway.ahead - queue.ahead, gateway.doubt + queue.doubt
        message = marked("the gateway's clock is {time} ahead of the clock of the queue's server, which dates polls")
        if ahead < 0:
            message = marked("the gateway's clock is {time} behind the clock of the queue's server, which dates polls")
        yield _compared(_BOTH, ahead, doubt, message, is_dating=True)


def _behind_this(ahead: float) -> str:
    return (
        marked("it is {time} behind this machine's clock")
        if ahead < 0
        else marked("it is {time} ahead of this machine's clock")
    )


def _compared(what: str, ahead: float, doubt: float, message: str, *, is_dating: bool) -> Finding:
    difference = abs(ahead)
    if difference <= TOLERANCE_MS + doubt:
        return ok("clocks", what, tr("they agree to within {time}", time=durations.text((difference + doubt) / 1000)))
    found = tr(message, time=durations.text(difference / 1000))
    if is_dating and difference - doubt > _FAR_MS:
        return wrong("clocks", what, found, _FIX)
    return warning("clocks", what, found, _FIX)
