"""The metrics of a worker, from the statistics of its crawl and from what it holds."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rankcrawler import __version__, statistics
from rankcrawler.distribution import Distribution
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.verdict import Action
from rankcrawler.metrics.metric import Metric, Readings

INFO = Metric("rankcrawler_worker_info", "gauge", "Always 1.", ("version", "kind", "source"))
POLLS = Metric("rankcrawler_polls_total", "counter", "Polls, by verdict.", ("verdict",))
LISTS = Metric("rankcrawler_lists_total", "counter", "Lists, by what the store made of them.", ("outcome",))
FLAGS = Metric("rankcrawler_flags_total", "counter", "Lists that break a rule, by the rule's flag.", ("flag",))
LOOKS = Metric("rankcrawler_looks_total", "counter", "Looks at anchors, by what they found.", ("found",))
SESSIONS = Metric("rankcrawler_sessions_total", "counter", "Sessions of anchors that have begun or ended.", ("change",))
RESPONSES = Metric("rankcrawler_gateway_responses_total", "counter", "Answers, by HTTP status.", ("status",))
LOG_LINES = Metric("rankcrawler_log_lines_total", "counter", "Lines of the log, by level.", ("level",))
DEAD = Metric("rankcrawler_rooms_dead_total", "counter", "Rooms that died.")
SINGLE = {
    statistics.POLLS_IN_OUTAGE: Metric(
        "rankcrawler_polls_in_outage_total", "counter", "Polls that failed in an outage, and cost no attempt."
    ),
    statistics.POLLS_REFUSED: Metric(
        "rankcrawler_polls_not_stored_total", "counter", "Polls that the store could not keep."
    ),
    statistics.ROWS_STORED: Metric("rankcrawler_rows_total", "counter", "Rows of the lists that were stored."),
    statistics.ROWS_QUARANTINED: Metric(
        "rankcrawler_rows_quarantined_total", "counter", "Rows that could not be read."
    ),
    statistics.ROOMS_RETIRED: Metric("rankcrawler_rooms_retired_total", "counter", "Recurring rooms that have ended."),
    statistics.ROOMS_FAILING: Metric(
        "rankcrawler_rooms_failing_total", "counter", "How often a recurring room used up its attempts."
    ),
    statistics.LEASES_LOST: Metric(
        "rankcrawler_leases_lost_total", "counter", "Leases that expired before they were settled."
    ),
    statistics.INBOX_UNREADABLE: Metric(
        "rankcrawler_inbox_unreadable_total", "counter", "Entries of the inbox that name no room."
    ),
    statistics.DRIFT: Metric(
        "rankcrawler_undocumented_fields_total", "counter", "Fields in answers that the gateway does not document."
    ),
    statistics.TRACEBACKS: Metric("rankcrawler_errors_total", "counter", "Unexpected errors: the log has tracebacks."),
    statistics.FEEDS_FAILED: Metric("rankcrawler_feed_failures_total", "counter", "Writes to feeds that failed."),
    statistics.LOOK_CALLS: Metric("rankcrawler_look_calls_total", "counter", "Calls for looks at anchors."),
    "downloader/request_count": Metric(
        "rankcrawler_gateway_calls_total", "counter", "Calls to the gateway: polls and looks."
    ),
    "downloader/exception_count": Metric(
        "rankcrawler_gateway_calls_unanswered_total", "counter", "Calls that the gateway did not answer."
    ),
}
"""Statistics that are a metric as they are; the last two are Scrapy's."""
LEASES = Metric("rankcrawler_leases", "gauge", "Leases that the worker holds.")
TOKENS = Metric("rankcrawler_tokens", "gauge", "Tokens of the gateway: usable, resting or set aside.", ("state",))
OUTAGE = Metric("rankcrawler_gateway_outage", "gauge", "1 while the gateway fails room after room.")
LATENESS = Metric("rankcrawler_lateness_seconds", "histogram", "How late rooms were leased.")
BATCHES = Metric(
    "rankcrawler_store_batch_seconds", "histogram", "How long the store took to keep a batch of polls, with waits."
)
BATCH_POLLS = Metric("rankcrawler_store_batch_polls_total", "counter", "Polls in these batches.")
METRICS = (
    *(INFO, POLLS, LISTS, FLAGS, LOOKS, SESSIONS, RESPONSES, LOG_LINES, DEAD, *SINGLE.values()),
    *(LEASES, TOKENS, OUTAGE, LATENESS, BATCHES, BATCH_POLLS),
)
"""All of them."""

_VERDICTS = tuple(action.value for action in Action)
_OUTCOMES = ("stored", "unchanged", "empty", "duplicate", "stale", "redelivered")
_COUNTED: tuple[tuple[Metric, str, tuple[str, ...]], ...] = (
    (POLLS, statistics.POLLS, _VERDICTS),
    (LISTS, statistics.SNAPSHOTS, _OUTCOMES),
    (LOOKS, statistics.LOOKS, ("live", "offline", "unknown")),
    (SESSIONS, statistics.SESSIONS, ("begun", "ended")),
    (LOG_LINES, "log_count/", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
)
"""Statistics whose names end in the value of a label, and its values. They are there from the beginning, as 0."""
_AS_THEY_COME = ((FLAGS, statistics.FLAGS), (RESPONSES, "downloader/response_status_count/"))
"""The same, with values that are there once they were counted."""


class Held(NamedTuple):
    """What a worker has, beside its statistics."""

    kind: str
    """Of list."""
    source: str
    """The gateway."""
    leases: int
    keyring: Keyring
    is_outage: bool
    lateness: Distribution
    """In seconds."""
    batches: Distribution
    """In seconds."""
    batched: int
    """Polls in them."""


def readings(stats: Mapping[str, Any], held: Held) -> Readings:
    """What a worker has counted, and what it holds now."""
    found = Readings()
    found.add(INFO, 1, __version__, held.kind, held.source)
    found.add(POLLS, sum(stats.get(statistics.SNAPSHOTS + outcome, 0) for outcome in _OUTCOMES), "read")
    for metric, prefix, values in _COUNTED:
        for value in values:
            found.add(metric, stats.get(prefix + value, 0), value)
    for name, metric in SINGLE.items():
        found.add(metric, stats.get(name, 0))
    found.add(DEAD, sum(rooms for name, rooms in stats.items() if name.startswith(statistics.DEAD)))
    for metric, prefix in _AS_THEY_COME:
        for name, number in stats.items():
            if name.startswith(prefix):
                found.add(metric, number, name.removeprefix(prefix))
    found.add(LEASES, held.leases)
    for state, tokens in held.keyring.states().items():
        found.add(TOKENS, tokens, state)
    found.add(OUTAGE, float(held.is_outage))
    found.spread(LATENESS, held.lateness)
    found.spread(BATCHES, held.batches)
    found.add(BATCH_POLLS, held.batched)
    return found
