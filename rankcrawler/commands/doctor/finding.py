"""What a check found."""

from collections.abc import Iterable

import msgspec

from rankcrawler.language import marked

OK, WARNING, WRONG = marked("ok"), marked("warning"), marked("wrong")
"""The states, from best to worst. What is wrong keeps a crawl from its work, or loses rooms or rows."""
STATES = (OK, WARNING, WRONG)
PARTS = (
    *(marked("settings"), marked("machine"), marked("queue"), marked("store"), marked("gateway"), marked("clocks")),
    marked("alerts"),
)
"""The parts that are looked at, in this order."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    part: str
    """One of PARTS."""
    what: str
    """Marked for the catalogue."""
    state: str
    """One of STATES."""
    found: str
    """A sentence, without secrets; it can contain anything: escape it."""
    fix: str | None = None
    """A command that changes it, if it is not ok and there is one."""


def ok(part: str, what: str, found: str) -> Finding:
    """Something that is as it should be."""
    return Finding(part, what, OK, found)


def warning(part: str, what: str, found: str, fix: str | None = None) -> Finding:
    """Something that does no harm yet."""
    return Finding(part, what, WARNING, found, fix)


def wrong(part: str, what: str, found: str, fix: str | None = None) -> Finding:
    """Something that a crawl fails of."""
    return Finding(part, what, WRONG, found, fix)


def worst(findings: Iterable[Finding]) -> str:
    """The worst state among them."""
    return max((each.state for each in findings), key=STATES.index, default=OK)
