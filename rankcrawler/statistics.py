"""The names of the statistics that a crawl keeps in Scrapy's stats, and what each counts.

A name that ends in / is the beginning of several: what follows it is an action, an outcome, a flag or a reason.
"""

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
DEAD = "rankcrawler/dead/"
LEASES_LOST = "rankcrawler/leases/lost"
LEASES_LEFT = "rankcrawler/leases/left"
INBOX_UNREADABLE = "rankcrawler/inbox/unreadable"
TOKENS_REFUSED = "rankcrawler/tokens/refused"
DRIFT = "rankcrawler/drift"
TRACEBACKS = "rankcrawler/tracebacks"
FEEDS_FAILED = "rankcrawler/feeds/failed"

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
    DEAD: "rooms that died, by reason",
    LEASES_LOST: "leases that expired before they were settled",
    LEASES_LEFT: "leases that could not be settled before the crawl ended",
    INBOX_UNREADABLE: "entries of the inbox that name no room",
    TOKENS_REFUSED: "tokens that the gateway refused, or whose quota is spent",
    DRIFT: "fields in the gateway's answers that it does not document",
    TRACEBACKS: "exceptions that were logged, and that no other statistic accounts for",
    FEEDS_FAILED: "writes to feeds that failed",
}
"""What each counts, for the documentation."""


def table() -> str:
    """All of them as a Markdown table."""
    rows = (f"| `{name}{'…' * name.endswith('/')}` | {meaning} |" for name, meaning in MEANINGS.items())
    return "\n".join(["| statistic | counts |", "|---|---|", *rows])
