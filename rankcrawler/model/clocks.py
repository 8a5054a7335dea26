"""Which clock a list is ordered by: its own, unless that is flagged as wrong."""

from collections.abc import Collection

from rankcrawler.clock import ms

IN_FUTURE = "captured_in_future"
IN_PAST = "captured_in_past"
FUTURE_MS = 300_000
"""How far a list's clock may be ahead of the worker's, which is not exact either."""
PAST_MS = 3_600_000
"""How far it may be behind: gateways cache lists for some minutes. A clock in seconds is decades behind."""


def fault(captured_at: str, polled_at: str) -> str | None:
    """The flag of a list whose own clock is wrong, given the worker's; None for one that is right."""
    ahead = ms(captured_at) - ms(polled_at)
    if ahead > FUTURE_MS:
        return IN_FUTURE
    return IN_PAST if ahead < -PAST_MS else None


def ordered_at(captured_at: str, polled_at: str, flags: Collection[str]) -> str:
    """The moment by which a room's lists are ordered: the worker's, if the list's clock is flagged as wrong."""
    return polled_at if IN_FUTURE in flags or IN_PAST in flags else captured_at


def may_be_newest(flags: Collection[str]) -> bool:
    """Whether a list with these flags can be its room's newest: one from the future never is."""
    return IN_FUTURE not in flags
