"""The summary of a run, from its statistics: the lines at its end, and whether it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rankcrawler import statistics
from rankcrawler.language import counted, marked, marked_both, tr

_POLLS = ("retry", "wait", "gone_once", "gone", "stop")

STOPPED = 3
"""The exit status if the fleet is stopped. Starting again does not help until a person acts."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run."""

    stored: int
    """Lists that were stored, as the next three: a room that is polled again counts again."""
    unchanged: int
    empty: int
    duplicate: int
    """Lists that were stored already, by another delivery or under a newer lease."""
    rows: int
    seconds: float
    failed: dict[str, int]
    """Polls without a list, by the action that followed."""
    dead: dict[str, int]
    """Rooms that will not be polled again, by reason."""
    retired: int
    """Recurring rooms that have ended."""
    recurring: int
    """Recurring rooms that stay in the queue."""
    failures: tuple[str, ...]
    """Why the run failed; empty if it did not."""
    status: int
    """The exit status: 0, 1 if anything failed, or STOPPED."""

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "Report":
        """The report on a finished crawl, from its stats."""
        kept = {name: stats.get(statistics.SNAPSHOTS + name, 0) for name in ("stored", "unchanged", "empty")}
        dead, reason = _under(stats, statistics.DEAD), stats.get("finish_reason")
        failures = (*_failures(stats, dead), *_feed_failures(stats))
        return cls(
            **kept,
            duplicate=sum(stats.get(statistics.SNAPSHOTS + name, 0) for name in ("duplicate", "redelivered", "stale")),
            rows=stats.get(statistics.ROWS_STORED, 0),
            seconds=stats.get("elapsed_time_seconds", 0.0),
            failed={name: stats[statistics.POLLS + name] for name in _POLLS if statistics.POLLS + name in stats},
            dead=dead,
            retired=stats.get(statistics.ROOMS_RETIRED, 0),
            recurring=stats.get(statistics.ROOMS_RECURRING, 0) if reason != "queue_not_open" else 0,
            failures=failures,
            status=STOPPED if reason == "fleet_stopped" else int(bool(failures)),
        )

    def lines(self) -> list[str]:
        """The report as lines of text."""
        lines = [self._lists(), tr("Rows:  {rows:,} in {seconds:,.1f} s", rows=self.rows, seconds=self.seconds)]
        lines.append(self._rooms())
        if self.failed:
            ways = ", ".join(f"{polls:,} {action}" for action, polls in self.failed.items())
            polls = sum(self.failed.values())
            lines.append(tr("Polls: {polls:,} without a list: {ways}", polls=polls, ways=ways))
        for reason, rooms in sorted(self.dead.items()):
            lines.append(tr("Dead:  {rooms:,} × {reason}", rooms=rooms, reason=reason))
        if self.recurring:
            lines.append(
                counted(
                    "Queue: {number} recurring room stays scheduled. To go on polling, run the same command again; to "
                    "end it, see `scrapy rooms remove`",
                    "Queue: {number} recurring rooms stay scheduled. To go on polling, run the same command again; to "
                    "end it, see `scrapy rooms remove`",
                    self.recurring,
                )
            )
        return lines + [tr("Failed: {failure}", failure=failure) for failure in self.failures]

    def _lists(self) -> str:
        parts = [
            tr("{number:,} stored", number=self.stored),
            tr("{number:,} unchanged", number=self.unchanged),
            tr("{number:,} empty", number=self.empty),
        ]
        if self.duplicate:
            parts.append(tr("{number:,} stored before", number=self.duplicate))
        return tr("Lists: {parts}", parts=tr(", ").join(parts))

    def _rooms(self) -> str:
        parts = [tr("{number:,} dead", number=sum(self.dead.values()))]
        if self.retired:
            parts.append(tr("{number:,} retired", number=self.retired))
        return tr("Rooms: {parts}", parts=tr(", ").join(parts))


def lost_nothing(stats: Mapping[str, Any]) -> bool:
    """Whether a run polled and stored every room, whatever became of its feeds."""
    return not _failures(stats, _under(stats, statistics.DEAD))


_MESSAGES = {
    statistics.ROOMS_FAILING: marked_both(
        "{number} recurring room failed again and again and is polled ever more rarely: see `scrapy rooms status`",
        "{number} recurring rooms failed again and again and are polled ever more rarely: see `scrapy rooms status`",
    ),
    statistics.INBOX_UNREADABLE: marked_both(
        "{number} entry of the inbox did not name a room",
        "{number} entries of the inbox did not name a room",
    ),
    statistics.POLLS_REFUSED: marked_both(
        "{number} poll could not be stored, and is made again: see the log",
        "{number} polls could not be stored, and are made again: see the log",
    ),
    statistics.ROWS_QUARANTINED: marked_both(
        "{number} row could not be read and is in quarantine; the other rows are stored",
        "{number} rows could not be read and are in quarantine; the other rows are stored",
    ),
    statistics.TOKENS_REFUSED: marked_both(
        "{number} token was refused and set aside: replace or remove it",
        "{number} tokens were refused and set aside: replace or remove them",
    ),
    statistics.TRACEBACKS: marked_both(
        "{number} unexpected error: see the traceback in the log",
        "{number} unexpected errors: see the tracebacks in the log",
    ),
    statistics.LEASES_LEFT: marked_both(
        "{number} room could not be returned to the queue; it is polled again when its lease expires",
        "{number} rooms could not be returned to the queue; they are polled again when their leases expire",
    ),
}
"""Statistics that fail the run unless they are 0, each with its message for one and for several."""

_ENDS = {
    "fleet_stopped": marked(
        "the fleet is stopped: fix the cause, run `scrapy rooms resume`, and start again; no room is lost"
    ),
    "store_failed": marked("the store failed; the rooms wait in the queue for the next crawl"),
    "feed_not_open": marked("a feed cannot be written, so no room was polled"),
    "gateway_down": marked("the gateway did not answer for too long; the rooms wait in the queue for the next crawl"),
    "wrong_address": marked("GATEWAY_URL seems to be wrong; the rooms wait in the queue for the next crawl"),
}


def _failures(stats: Mapping[str, Any], dead: Mapping[str, int]) -> list[str]:
    failures = []
    if dead:
        failures.append(
            counted(
                "{number} room is dead: fix the cause, then push it again",
                "{number} rooms are dead: fix the cause, then push them again",
                sum(dead.values()),
            )
        )
    if rejected := stats.get(statistics.ROOMS_REJECTED):
        failures.append(_rejected(rejected, stats.get(statistics.ROOMS_GIVEN, 0)))
    refused = len(_under(stats, statistics.TOKENS_REFUSED))  # each worker of a fleet may have tried the same one
    numbers = {**stats, statistics.TOKENS_REFUSED: refused}
    failures += [counted(*message, numbers[name]) for name, message in _MESSAGES.items() if numbers.get(name)]
    reason = stats.get(
        "finish_reason", marked("it was cut short") if "start_time" in stats else marked("it never started")
    )
    if reason in statistics.ASKED_FOR and stats.get(statistics.ROOMS_LEFT):
        failures.append(tr("stopped before the queue was empty; the remaining rooms wait in it for the next crawl"))
    if reason != "finished" and reason not in statistics.ASKED_FOR:
        early = tr("the crawl ended early: {reason}", reason=tr(reason))
        failures.append(tr(_ENDS[reason]) if reason in _ENDS else early)
    return failures


def _rejected(entries: int, rooms: int) -> str:
    text = counted(
        "{number} entry of the room list could not be read",
        "{number} entries of the room list could not be read",
        entries,
    )
    if not rooms:
        return text + tr("; no room was added")
    return text + counted("; the other room was added", "; the other {number} rooms were added", rooms)


def _feed_failures(stats: Mapping[str, Any]) -> list[str]:
    feeds = stats.get(statistics.FEEDS_FAILED, 0) + sum(_under(stats, "feedexport/failed_count/").values())
    if not feeds:
        return []
    return [
        counted(
            "{number} write to a feed failed: the feed is incomplete, the store is complete",
            "{number} writes to feeds failed: the feeds are incomplete, the store is complete",
            feeds,
        )
    ]


def _under(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): value for key, value in stats.items() if key.startswith(prefix)}
