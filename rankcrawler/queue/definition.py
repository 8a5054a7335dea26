"""A room's definition: its schedule and anchor, as the script takes them in a push and stores them in `def`."""

import re
from functools import lru_cache
from typing import NamedTuple

from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import Job

ENDING = "ending"
_LAST = {"*": "changed", "=": "unchanged", "!": ENDING}
_STORED = re.compile(r"(\d*):(-?\d*):(\d*):?(\d*)([*=!]?)")


class Definition(NamedTuple):
    """What the queue has stored about a room; the schedule's priority is never None."""

    schedule: Schedule = Schedule(priority=0)
    anchor_id: str | None = None
    last: str | None = None
    """What the last poll that brought a list found: changed or unchanged. None before it, and for rooms polled once.

    Ending, if the room is polled a last time; then it has no interval.
    """


_DEFAULT = Definition()


@lru_cache(1024)
def read(text: str) -> Definition:
    """Read a stored definition, `every:priority:anchor[:every_max][*=]` in ms; the default if there is none."""
    if not (match := _STORED.fullmatch(text)):
        return _DEFAULT
    every, priority, anchor, every_max, last = match.groups()
    if last == "!":
        every = every_max = ""
    schedule = Schedule(every=_seconds(every), every_max=_seconds(every_max), priority=int(priority or 0))
    return Definition(schedule, anchor or None, _LAST.get(last))


def words(job: Job) -> str:
    """A job as the script takes it, `room:every:every_max:priority:anchor` in ms; what is empty changes nothing."""
    schedule = job.schedule
    priority = "" if schedule.priority is None else schedule.priority
    return f"{job.room_id}:{_ms(schedule.every)}:{_ms(schedule.every_max)}:{priority}:{job.anchor_id or ''}"


def _seconds(ms: str) -> float | None:
    return int(ms or 0) / 1000 or None


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else str(round(seconds * 1000))
