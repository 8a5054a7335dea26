"""The names of the statistics that a crawl keeps in Scrapy's stats, and what each counts.

A name that ends in / is the beginning of several: what follows it is an action, an outcome, a flag, a reason or
a position.
"""

from collections.abc import Collection, Mapping
from typing import Any

POLLS = "rankcrawler/polls/"
POLLS_IN_OUTAGE = "rankcrawler/polls/outage"
POLLS_REFUSED = "rankcrawler/polls/refused"
SNAPSHOTS = "rankcrawler/snapshots/"
SNAPSHOTS_REDELIVERED = "rankcrawler/snapshots/redelivered"
ROWS_STORED = "rankcrawler/rows/stored"
ROWS_QUARANTINED = "rankcrawler/rows/quarantined"
FLAGS = "rankcrawler/flags/"
ROOMS_GIVEN = "rankcrawler/rooms/given"
ROOMS_REJECTED = "rankcrawler/rooms/rejected"
ROOMS_RETIRED = "rankcrawler/rooms/retired"
ROOMS_FAILING = "rankcrawler/rooms/failing"
ROOMS_LEFT = "rankcrawler/rooms/left"
ROOMS_RECURRING = "rankcrawler/rooms/recurring"
DEAD = "rankcrawler/dead/"
LEASES_LOST = "rankcrawler/leases/lost"
LEASES_LEFT = "rankcrawler/leases/left"
INBOX_UNREADABLE = "rankcrawler/inbox/unreadable"
TOKENS_REFUSED = "rankcrawler/tokens/refused/"
DRIFT = "rankcrawler/drift"
TRACEBACKS = "rankcrawler/tracebacks"
FEEDS_FAILED = "rankcrawler/feeds/failed"
LOOKS = "rankcrawler/looks/"
LOOK_CALLS = "rankcrawler/looks/calls"
SESSIONS = "rankcrawler/sessions/"
ANCHORS_GIVEN = "rankcrawler/anchors/given"

ASKED_FOR = {"shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"}
"""Values of Scrapy's `finish_reason`: ends that a person, or a setting, asked for."""
_OF_THE_QUEUE = (ROOMS_LEFT, ROOMS_RECURRING)

MEANINGS = {
    POLLS: "polls without a list, by the action that followed: `retry`, `wait`, `gone_once`, `gone` or `stop`",
    POLLS_IN_OUTAGE: "of those, polls that failed while the gateway was out, and cost their rooms no attempt",
    POLLS_REFUSED: "polls that the store could not keep; their rooms are polled again",
    SNAPSHOTS: "lists, by what the store made of them: `stored`, `unchanged`, `empty`, `duplicate` or `stale`",
    SNAPSHOTS_REDELIVERED: "lists that this run had stored before, and dropped",
    ROWS_STORED: "rows of the lists that were stored",
    ROWS_QUARANTINED: "rows that could not be read",
    FLAGS: "lists that break a rule, by the rule's flag",
    ROOMS_GIVEN: "rooms of `-a rooms=` that were pushed",
    ROOMS_REJECTED: "entries of `-a rooms=` that name no room",
    ROOMS_RETIRED: "recurring rooms that have ended",
    ROOMS_FAILING: "how many times a recurring room used up its attempts, and was polled more rarely from then on",
    ROOMS_LEFT: "rooms, other than recurring ones, that were in the queue when a crawl with `rooms` ended",
    ROOMS_RECURRING: "recurring rooms that were in the queue when the crawl ended",
    DEAD: "rooms that died, by reason",
    LEASES_LOST: "leases that expired before they were settled",
    LEASES_LEFT: "leases that could not be settled before the crawl ended",
    INBOX_UNREADABLE: "entries of the inbox that name no room",
    TOKENS_REFUSED: "workers that set a token aside, by its position: it was refused, or its quota is spent",
    DRIFT: "fields in the gateway's answers that it does not document",
    TRACEBACKS: "exceptions that were logged, and that no other statistic accounts for",
    FEEDS_FAILED: "writes to feeds that failed",
    LOOKS: "looks at anchors, by what they found: `live`, `offline` or `unknown`",
    LOOK_CALLS: "calls for looks at anchors; one call looks at several where the gateway can",
    SESSIONS: "sessions of anchors that have `begun` or `ended`",
    ANCHORS_GIVEN: "anchors of `-a anchors=`",
}
"""What each counts, for the documentation."""


def table() -> str:
    """All of them as a Markdown table."""
    rows = (f"| `{name}{'…' * name.endswith('/')}` | {meaning} |" for name, meaning in MEANINGS.items())
    return "\n".join(["| statistic | counts |", "|---|---|", *rows])


def together(runs: Collection[Mapping[str, Any]]) -> dict[str, Any]:
    """The statistics of runs on one queue as those of one: sums, the longest time, and the reason that is worst.

    What the queue held at the end is what the last run found. Statistics of other types than numbers are left out.
    """
    found: dict[str, Any] = {}
    for stats in runs:
        for name, value in stats.items():
            if name in _OF_THE_QUEUE:
                found[name] = value
            elif name == "elapsed_time_seconds":
                found[name] = max(value, found.get(name, 0.0))
            elif isinstance(value, int | float):
                found[name] = found.get(name, 0) + value
    reasons = [stats["finish_reason"] for stats in runs if "finish_reason" in stats]
    return found | ({"finish_reason": max(reasons, key=_gravity)} if reasons else {})


def _gravity(reason: str) -> int:
    gravest = {"finished": 0, "fleet_stopped": 3} | dict.fromkeys(ASKED_FOR, 1)
    return gravest.get(reason, 2)
