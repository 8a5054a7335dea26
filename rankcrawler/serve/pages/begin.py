"""The page on which rooms are added: the first that a new user sees."""

from collections.abc import Iterator, Mapping

import msgspec

from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import Job, of_fields, parse

MOST = 10_000
"""Rooms that one form adds, at most."""
INTERVALS = ("60", "10", "30", "300", "")
"""Seconds between polls that are offered, the usual one first; empty for once."""


class Begin(msgspec.Struct, frozen=True):
    """What the page shows."""

    is_first: bool
    """Whether nothing was crawled yet."""
    text: str = ""
    """What was written, and could not be read."""
    every: str = INTERVALS[0]
    taken: int = 0
    """How many rooms were read."""
    added: int | None = None
    """How many of these were new to the queue; None if none was read."""
    wrong: tuple[str, ...] = ()
    """What is wrong with each entry that cannot be read."""


FIRST = Begin(is_first=True)
FURTHER = Begin(is_first=False)


def read(form: Mapping[str, str]) -> tuple[list[Job], Begin]:
    """The rooms of a form that was sent, and the page that follows, on which nothing is added yet."""
    text, every = form.get("rooms", ""), form.get("every", INTERVALS[0])
    jobs: dict[str, Job] = {}
    wrong: list[tuple[str, str]] = []
    try:
        schedule = of_fields({"room_id": "1", "every": every}).schedule
    except JobError as error:
        return [], Begin(is_first=False, text=text, wrong=(str(error),))
    for entry in entries(text):
        try:
            job = parse(entry)
        except JobError as error:
            wrong.append((entry, str(error)))
        else:
            jobs[job.room_id] = job if job.schedule.every else _every(job, schedule)
    if len(jobs) > MOST:
        return [], Begin(is_first=False, text=text, every=every, wrong=(tr("at most {most:,} at once", most=MOST),))
    left = "\n".join(entry for entry, _ in wrong)
    return [*jobs.values()], Begin(is_first=False, text=left, every=every, wrong=tuple(why for _, why in wrong))


def entries(text: str) -> Iterator[str]:
    """The entries of what people paste: objects and addresses one a line, ids also with commas or spaces between."""
    for line in text.splitlines():
        entry = line.strip()
        yield from [entry] if entry.startswith(("{", "http://", "https://")) else entry.replace(",", " ").split()


def _every(job: Job, schedule: Schedule) -> Job:
    """The job, polled as often as the schedule says."""
    return msgspec.structs.replace(job, schedule=msgspec.structs.replace(job.schedule, every=schedule.every))


def with_added(page: Begin, taken: int, added: int | None) -> Begin:
    """The page after rooms were pushed."""
    return msgspec.structs.replace(page, taken=taken, added=added)
