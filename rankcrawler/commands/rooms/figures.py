"""The figures of a queue: a name and a readable value each."""

from collections.abc import Iterator

from rankcrawler import durations
from rankcrawler.language import marked, tr
from rankcrawler.queue.anchor_queue import Looks
from rankcrawler.queue.status import Status

_EVENTS = {
    "pushed": marked("pushed {number:,}"),
    "restored": marked("restored {number:,}"),
    "done": marked("polled {number:,}"),
    "unchanged": marked("unchanged {number:,}"),
    "retry": marked("retried {number:,}"),
    "defer": marked("put off {number:,}"),
    "release": marked("returned {number:,}"),
    "dead": marked("died {number:,}"),
    "retired": marked("retired {number:,}"),
    "expired": marked("expired {number:,}"),
    "unreadable": marked("unreadable {number:,}"),
}
"""Each counter of events, and what happened then. A room that died may be alive again: it is not `dead`."""


_DEPTHS = {
    "inbox": marked("inbox"),
    "ready": marked("ready"),
    "scheduled": marked("scheduled"),
    "leased": marked("leased"),
    "dead": marked("dead"),
    "retired": marked("retired"),
    "recurring": marked("recurring"),
}
_STATES = {"run": marked("run"), "paused": marked("paused"), "held": marked("held"), "stopped": marked("stopped")}


def lines(status: Status, looks: Looks) -> Iterator[tuple[str, str]]:
    """Name and value of each figure."""
    yield tr("state"), _state(status)
    for field, name in _DEPTHS.items():
        yield tr(name), f"{getattr(status.depth, field):,}"
    if status.inbox_kind not in ("none", "list", "set", "zset"):
        yield tr("warning"), tr("the inbox is a {kind}: expected a list, a set or a sorted set", kind=status.inbox_kind)
    if any(looks):
        yield tr("anchors"), tr("{live:,} live, {offline:,} offline, {unknown:,} unknown", **looks._asdict())
    yield tr("failing"), _failing(status)
    for reason, rooms in status.failing_reasons.items():
        yield tr("failing"), f"{rooms:,} × {reason}"
    for warning in status.warnings:
        yield tr("warning"), warning
    yield tr("overdue"), _seconds(status.overdue)
    yield tr("lag p50"), _seconds(status.lag_p50)
    yield tr("lag p95"), _seconds(status.lag_p95)
    yield tr("polls/min"), f"{status.per_minute:,}"
    yield tr("missed"), f"{status.missed:,}"
    yield tr("since it began"), _events(status)
    yield from _limits(status)
    yield tr("workers"), f"{len(status.workers):,}"
    for worker in status.workers:
        up, silence = _seconds(status.now - worker.since), _seconds(max(status.now - worker.seen, 0))
        seen = tr("{name}, up for {up}, last seen {silence} ago", name=worker.name, up=up, silence=silence)
        yield tr("worker"), seen


def _limits(status: Status) -> Iterator[tuple[str, str]]:
    off = tr("off")
    rate = tr("{rate:g}/s, burst {burst}", rate=status.rate, burst=status.burst) if status.rate is not None else off
    yield tr("rate"), rate
    if status.budget is not None:
        left = max(status.budget - status.spent, 0)
        words = {"spent": status.spent, "budget": status.budget, "left": left}
        yield tr("budget"), tr("{spent:,} of {budget:,} calls spent today, {left:,} left", **words)
    yield tr("inflight"), off if status.max_inflight is None else f"{status.max_inflight:,}"


def _state(status: Status) -> str:
    if status.reason:
        return tr("stopped: {reason}", reason=status.reason)
    state = tr(_STATES[status.state])
    if status.held_until is None or status.state == "paused":
        return state
    pause = durations.text((status.held_until - status.now) / 1000)
    return tr("{state} for {pause}", state=state, pause=pause)


def _events(status: Status) -> str:
    happened = ((message, status.counters.get(counter, 0)) for counter, message in _EVENTS.items())
    return ", ".join(tr(message, number=number) for message, number in happened if number) or tr("nothing")


def _failing(status: Status) -> str:
    if not status.depth.failing or status.failing_since is None:
        return f"{status.depth.failing:,}"
    span = durations.text((status.now - status.failing_since) / 1000)
    return tr("{rooms:,}, for up to {span}", rooms=status.depth.failing, span=span)


def _seconds(ms: int | None) -> str:
    return tr("unknown") if ms is None else tr("{seconds:,.1f} s", seconds=ms / 1000)
