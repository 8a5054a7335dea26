"""The figures of a queue: a name and a readable value each."""

from collections.abc import Iterator

from rankcrawler import durations
from rankcrawler.queue.status import Status

_EVENTS = {
    "pushed": "pushed",
    "restored": "restored",
    "done": "polled",
    "unchanged": "unchanged",
    "retry": "retried",
    "defer": "put off",
    "release": "returned",
    "dead": "died",
    "retired": "retired",
    "expired": "expired",
    "unreadable": "unreadable",
}
"""Each counter of events, and what happened then. A room that died may be alive again: it is not `dead`."""


def lines(status: Status) -> Iterator[tuple[str, str]]:
    """Name and value of each figure."""
    yield "state", _state(status)
    for name in ("inbox", "ready", "scheduled", "leased", "dead", "retired", "recurring"):
        yield name, f"{getattr(status.depth, name):,}"
    if status.inbox_kind not in ("none", "list", "set", "zset"):
        yield "warning", f"the inbox is a {status.inbox_kind}: expected a list, a set or a sorted set"
    yield "failing", _failing(status)
    for reason, rooms in status.failing_reasons.items():
        yield "failing", f"{rooms:,} × {reason}"
    for warning in status.warnings:
        yield "warning", warning
    yield "overdue", _seconds(status.overdue)
    yield "lag p50", _seconds(status.lag_p50)
    yield "lag p95", _seconds(status.lag_p95)
    yield "polls/min", f"{status.per_minute:,}"
    yield "missed", f"{status.missed:,}"
    yield "since it began", _events(status)
    yield "rate", "off" if status.rate is None else f"{status.rate:g}/s, burst {status.burst}"
    yield "inflight", "off" if status.max_inflight is None else str(status.max_inflight)
    yield "workers", str(len(status.workers))
    for worker in status.workers:
        age, silence = status.now - worker.since, status.now - worker.seen
        yield "worker", f"{worker.name}, up for {_seconds(age)}, last seen {_seconds(max(silence, 0))} ago"


def _state(status: Status) -> str:
    if status.reason:
        return f"stopped: {status.reason}"
    if status.held_until is None or status.state == "paused":
        return status.state
    return f"{status.state} for {durations.text((status.held_until - status.now) / 1000)}"


def _events(status: Status) -> str:
    happened = ((name, status.counters.get(counter, 0)) for counter, name in _EVENTS.items())
    return ", ".join(f"{name} {number:,}" for name, number in happened if number) or "nothing"


def _failing(status: Status) -> str:
    if not status.depth.failing or status.failing_since is None:
        return f"{status.depth.failing:,}"
    return f"{status.depth.failing:,}, for up to {durations.text((status.now - status.failing_since) / 1000)}"


def _seconds(ms: int | None) -> str:
    return "unknown" if ms is None else f"{ms / 1000:,.1f} s"
