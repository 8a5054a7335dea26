"""The metrics of a fleet, from its queue and its store: `serve` has them, whatever becomes of single workers."""

from collections.abc import Mapping, Sequence

from rankcrawler import __version__
from rankcrawler.insight.health import ListAges
from rankcrawler.metrics.metric import Metric, Readings
from rankcrawler.queue.anchor_queue import Looks
from rankcrawler.queue.status import Status

INFO = Metric("rankcrawler_serve_info", "gauge", "Always 1.", ("version",))
QUEUE_UP = Metric("rankcrawler_queue_up", "gauge", "1 if the queue answers.", ("kind",))
ROOMS = Metric("rankcrawler_queue_rooms", "gauge", "Rooms in the queue; each is in one state.", ("kind", "state"))
INBOX = Metric("rankcrawler_queue_inbox_entries", "gauge", "Entries that no worker has taken in yet.", ("kind",))
RECURRING = Metric("rankcrawler_queue_recurring_rooms", "gauge", "Rooms that are polled again and again.", ("kind",))
FAILING = Metric("rankcrawler_queue_failing_rooms", "gauge", "Recurring rooms whose attempts are used up.", ("kind",))
OVERDUE = Metric("rankcrawler_queue_overdue_seconds", "gauge", "How late the latest of the next rooms is.", ("kind",))
LATENESS = Metric(
    "rankcrawler_queue_lateness_seconds", "gauge", "How late the last thousand leases were.", ("kind", "percentile")
)
EVENTS = Metric("rankcrawler_queue_events_total", "counter", "What happened to rooms.", ("kind", "event"))
MISSED = Metric("rankcrawler_queue_missed_total", "counter", "Ticks of recurring rooms without a poll.", ("kind",))
WORKERS = Metric("rankcrawler_queue_workers", "gauge", "Workers that leased, settled or renewed lately.", ("kind",))
WARNINGS = Metric("rankcrawler_queue_warnings", "gauge", "Ways in which the queue's server may lose rooms.", ("kind",))
ANCHORS = Metric("rankcrawler_anchors", "gauge", "Anchors, by what the last look found.", ("kind", "state"))
GATE = Metric("rankcrawler_gate_state", "gauge", "1 for the state of the fleet, 0 for the others.", ("state",))
HOLD = Metric("rankcrawler_gate_hold_seconds", "gauge", "For how long the fleet is still held; 0 if it is not.")
RATE = Metric("rankcrawler_gate_leases_per_second", "gauge", "The limit of the rate, if there is one.")
INFLIGHT = Metric("rankcrawler_gate_leases", "gauge", "The limit of leases at a time, if there is one.")
BUDGET = Metric("rankcrawler_budget_calls", "gauge", "Calls that the fleet may make a day, if there is a budget.")
SPENT = Metric("rankcrawler_budget_spent_calls", "gauge", "Of these, calls that are made.")
STORE_UP = Metric("rankcrawler_store_up", "gauge", "1 if the store can be read.")
STORE_SIZE = Metric("rankcrawler_store_bytes", "gauge", "What the store takes on disk.")
STORE_POLLS = Metric("rankcrawler_store_polls_total", "counter", "Polls that were stored.", ("kind",))
STORE_FAILED = Metric("rankcrawler_store_failed_polls_total", "counter", "Of these, polls without a list.", ("kind",))
STORE_LISTS = Metric("rankcrawler_store_lists_total", "counter", "Lists that differ from the one before.", ("kind",))
STORE_ROWS = Metric("rankcrawler_store_rows_total", "counter", "Rows that differ in these lists.", ("kind",))
WATCHED = Metric("rankcrawler_watched_rooms", "gauge", "Rooms that are polled again and again and go on.", ("kind",))
STALE = Metric("rankcrawler_stale_rooms", "gauge", "Of these, rooms without a list for two intervals.", ("kind",))
LAST_LIST = Metric("rankcrawler_last_list_age_seconds", "gauge", "Since the last list of any of these.", ("kind",))
LIST_AGE = Metric(
    "rankcrawler_list_age_seconds", "gauge", "Since the last list of each of these.", ("kind", "percentile")
)
QUESTIONS = Metric("rankcrawler_serve_questions", "gauge", "Questions to the store that are being answered.")
STREAMS = Metric("rankcrawler_serve_streams", "gauge", "Streams of events that are open.")
METRICS = (
    *(INFO, QUEUE_UP, ROOMS, INBOX, RECURRING, FAILING, OVERDUE, LATENESS, EVENTS, MISSED, WORKERS, WARNINGS, ANCHORS),
    *(GATE, HOLD, RATE, INFLIGHT, BUDGET, SPENT),
    *(STORE_UP, STORE_SIZE, STORE_POLLS, STORE_FAILED, STORE_LISTS, STORE_ROWS, WATCHED, STALE, LAST_LIST, LIST_AGE),
    *(QUESTIONS, STREAMS),
)
"""All of them."""

_STATES = ("ready", "scheduled", "leased", "dead", "retired")
_GATE_STATES = ("run", "stopped", "paused", "held")
_EVENTS = (
    *("pushed", "restored", "done", "unchanged", "retry", "defer", "release", "dead", "retired", "expired"),
    "unreadable",
)
_COUNTS = (
    (STORE_POLLS, "polls"),
    (STORE_FAILED, "failures"),
    (STORE_LISTS, "lists"),
    (STORE_ROWS, "entries"),
)
_PERCENTILES = (50, 95, 100)


def begin() -> Readings:
    """Readings of which program this is."""
    found = Readings()
    found.add(INFO, 1, __version__)
    return found


def add_queue(found: Readings, kind: str, now: Status, looks: Looks) -> None:
    """Note what the queue of a kind holds."""
    for state in _STATES:
        found.add(ROOMS, getattr(now.depth, state), kind, state)
    found.add(INBOX, now.depth.inbox, kind)
    found.add(RECURRING, now.depth.recurring, kind)
    found.add(FAILING, now.depth.failing, kind)
    found.add(OVERDUE, now.overdue / 1000, kind)
    for percentile, lag in (("50", now.lag_p50), ("95", now.lag_p95)):
        if lag is not None:
            found.add(LATENESS, lag / 1000, kind, percentile)
    for event in _EVENTS:
        found.add(EVENTS, now.counters.get(event, 0), kind, event)
    found.add(MISSED, now.missed, kind)
    found.add(WORKERS, len(now.workers), kind)
    found.add(WARNINGS, len(now.warnings), kind)
    for state, anchors in looks._asdict().items():
        found.add(ANCHORS, anchors, kind, state)


def add_gate(found: Readings, now: Status) -> None:
    """Note what holds and limits the fleet, whichever kind of list it polls."""
    found.state(GATE, _GATE_STATES, now.state)
    found.add(HOLD, 0.0 if now.held_until is None else max(now.held_until - now.now, 0) / 1000)
    for metric, limit in ((RATE, now.rate), (INFLIGHT, now.max_inflight), (BUDGET, now.budget)):
        if limit is not None:
            found.add(metric, limit)
    if now.budget is not None:
        found.add(SPENT, now.spent)


def add_ages(found: Readings, kind: str, ages: ListAges) -> None:
    """Note how old the lists of a kind are."""
    found.add(WATCHED, ages.rooms, kind)
    found.add(STALE, ages.stale, kind)
    if ages.seconds:
        found.add(LAST_LIST, ages.seconds[0], kind)
    for percentile in _PERCENTILES:
        if (age := _of(ages.seconds, percentile)) is not None:
            found.add(LIST_AGE, age, kind, str(percentile))


def add_counts(found: Readings, kind: str, counts: Mapping[str, int]) -> None:
    """Note what was stored of a kind."""
    for metric, name in _COUNTS:
        found.add(metric, counts[name], kind)


def _of(ordered: Sequence[float], percentile: int) -> float | None:
    """The smallest of the numbers that so many percent of them do not exceed; None if there are none."""
    return ordered[max(0, -(-len(ordered) * percentile // 100) - 1)] if ordered else None
