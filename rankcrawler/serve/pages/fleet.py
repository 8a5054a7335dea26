"""The fleet: workers, the queue, what fails and why, and how well rooms are polled."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rankcrawler.insight.pace import Pace
from rankcrawler.insight.rooms import Coverage, Failures
from rankcrawler.language import marked, tr
from rankcrawler.queue.roster import Room
from rankcrawler.queue.status import Status
from rankcrawler.serve.pages import parameters
from rankcrawler.serve.pages.parameters import Parameters

HOURS = 24
SINCE = ("1h", "today", "24h", "7d")
"""The time of failures and coverage."""
DEAD = 50
"""Dead letters that are listed, at most."""
COVERED = 100

_STATES = {
    "run": (marked("Running"), ""),
    "paused": (marked("Paused"), marked("Someone paused the fleet. Run `rankcrawler rooms resume` to go on.")),
    "held": (
        marked("On hold"),
        marked("The gateway asked for a rest, or the day's budget is spent. It goes on by itself."),
    ),
    "stopped": (
        marked("Stopped"),
        marked("Solve what is said here, then run `rankcrawler rooms resume` and start the workers again."),
    ),
}
"""Each state of the gate, and what to do in it."""


class FleetQuery(NamedTuple):
    """Which time is shown."""

    since: str

    @classmethod
    def of(cls, given: Parameters) -> "FleetQuery":
        """As the address says; raises RequestError for what it cannot say."""
        return cls(parameters.one_of(given, "since", SINCE))


class QueueSeen(NamedTuple):
    """What the queue says."""

    status: Status
    dead: tuple[Room, ...]
    """The first of them."""


class QueueState(msgspec.Struct, frozen=True):
    """How many rooms are in a state."""

    name: str
    rooms: int
    share: float
    """Of all rooms, in percent."""


class FleetPage(msgspec.Struct, frozen=True):
    """What the page shows."""

    query: FleetQuery
    status: Status | None
    """None if there is no queue, or it cannot be reached."""
    trouble: str
    """Why it cannot be reached."""
    state: str
    advice: str
    """What to do; empty if there is nothing to do."""
    states: tuple[QueueState, ...]
    dead: tuple[Room, ...]
    pace: Pace | None
    """None if there is no store. So are the next two."""
    failures: Failures | None
    coverage: Coverage | None


def page(
    query: FleetQuery,
    queue: QueueSeen | None,
    trouble: str,
    answers: tuple[Pace, Failures, Coverage] | None,
) -> FleetPage:
    """The page."""
    status = None if queue is None else queue.status
    state, advice = _STATES.get("run" if status is None else status.state, ("", ""))
    pace, failures, coverage = answers or (None, None, None)
    return FleetPage(
        query=query,
        status=status,
        trouble=trouble,
        state=tr(state),
        advice=tr(advice) if advice else "",
        states=() if status is None else tuple(_states(status)),
        dead=() if queue is None else queue.dead,
        pace=pace,
        failures=failures,
        coverage=coverage,
    )


def _states(status: Status) -> Sequence[QueueState]:
    depth = status.depth
    counts = [
        (tr("ready"), depth.ready),
        (tr("scheduled"), depth.scheduled),
        (tr("leased"), depth.leased),
        (tr("dead"), depth.dead),
        (tr("retired"), depth.retired),
    ]
    total = sum(number for _, number in counts) or 1
    return [QueueState(name, number, round(100 * number / total, 2)) for name, number in counts]
