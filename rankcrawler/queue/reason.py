"""A reason, as the queue stores it: why a lease ended, or why the fleet is stopped."""

from rankcrawler.queue.limits import LONGEST_REASON


def stored(reason: str) -> str:
    """The reason cut to LONGEST_REASON, with ? for what UTF-8 cannot encode: no text may block settlements."""
    return reason[:LONGEST_REASON].encode(errors="replace").decode()
