"""The summary of a run, from its statistics: the lines at its end, and whether it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rankcrawler import statistics

_ASKED_FOR = {"shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"}
"""Ends that a person, or a setting, asked for; they fail a run that was to empty the queue, and did not."""
_POLLS = ("retry", "wait", "gone_once", "gone", "stop")

STOPPED = 3
"""The exit status if the fleet is stopped. Starting again does not help until a person acts."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run. A room counts once per poll."""

    stored: int
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
    failures: tuple[str, ...]
    """Why the run failed; empty if it did not."""
    status: int
    """The exit status: 0, 1 if anything failed, or STOPPED."""

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "Report":
        """The report on a finished crawl, from its stats."""
        kept = {name: stats.get(statistics.SNAPSHOTS + name, 0) for name in ("stored", "unchanged", "empty")}
        dead = _under(stats, statistics.DEAD)
        failures = (*_failures(stats, dead), *_feed_failures(stats))
        return cls(
            **kept,
            duplicate=sum(stats.get(statistics.SNAPSHOTS + name, 0) for name in ("duplicate", "redelivered", "stale")),
            rows=stats.get(statistics.ROWS_STORED, 0),
            seconds=stats.get("elapsed_time_seconds", 0.0),
            failed={name: stats[statistics.POLLS + name] for name in _POLLS if statistics.POLLS + name in stats},
            dead=dead,
            retired=stats.get(statistics.ROOMS_RETIRED, 0),
            failures=failures,
            status=STOPPED if stats.get("finish_reason") == "fleet_stopped" else int(bool(failures)),
        )

    def lines(self) -> list[str]:
        """The report as lines of text."""
        polled = f"{self.stored} stored, {self.unchanged} unchanged, {self.empty} empty"
        if self.duplicate:
            polled += f", {self.duplicate} stored before"
        if self.retired:
            polled += f", {self.retired} retired"
        lines = [
            f"Rooms: {polled}, {sum(self.dead.values())} dead",
            f"Rows:  {self.rows} in {self.seconds:.1f} s",
        ]
        if self.failed:
            ways = ", ".join(f"{polls} {action}" for action, polls in self.failed.items())
            lines.append(f"Polls: {sum(self.failed.values())} without a list: {ways}")
        lines += [f"Dead:  {rooms} × {reason}" for reason, rooms in sorted(self.dead.items())]
        return lines + [f"Failed: {failure}" for failure in self.failures]


def lost_nothing(stats: Mapping[str, Any]) -> bool:
    """Whether a run polled and stored every room, whatever became of its feeds."""
    return not _failures(stats, _under(stats, statistics.DEAD))


_MESSAGES = {
    statistics.ROOMS_REJECTED: "{} entries of the room list could not be read; the others were added",
    statistics.ROOMS_FAILING: "{} recurring rooms failed again and again; they are polled more and more rarely until "
    "they are answered: see `scrapy rooms list --state failing`",
    statistics.INBOX_UNREADABLE: "{} inbox entries did not name a room",
    statistics.POLLS_REFUSED: "{} polls could not be stored, and are made again: see the log",
    statistics.ROWS_QUARANTINED: "{} rows could not be read and are in quarantine; the others are stored",
    statistics.TOKENS_REFUSED: "{} tokens were refused and set aside: replace or remove them",
    statistics.TRACEBACKS: "{} unexpected errors: see the tracebacks in the log",
    statistics.LEASES_LEFT: "{} rooms could not be returned to the queue; they are polled again when their leases "
    "expire",
}
"""Statistics that fail the run unless they are 0, each with its message."""

_ENDS = {
    "fleet_stopped": "the fleet is stopped: fix the cause, run `scrapy rooms resume`, and start again; no room is lost",
    "store_failed": "the store failed; the rooms wait in the queue for the next crawl",
    "feed_not_open": "a feed cannot be written, so no room was polled",
    "gateway_down": "the gateway did not answer for too long; the rooms wait in the queue for the next crawl",
    "wrong_address": "GATEWAY_URL seems to be wrong; the rooms wait in the queue for the next crawl",
}


def _failures(stats: Mapping[str, Any], dead: Mapping[str, int]) -> list[str]:
    failures = []
    if dead:
        failures.append(f"{sum(dead.values())} rooms are dead: fix the cause, then push them again")
    failures += [message.format(stats[name]) for name, message in _MESSAGES.items() if stats.get(name)]
    reason = stats.get("finish_reason", "it never started")
    if reason in _ASKED_FOR and stats.get(statistics.ROOMS_LEFT):
        failures.append("stopped before the queue was empty; the remaining rooms wait in it for the next crawl")
    if reason != "finished" and reason not in _ASKED_FOR:
        failures.append(_ENDS.get(reason, f"the crawl ended early: {reason}"))
    return failures


def _feed_failures(stats: Mapping[str, Any]) -> list[str]:
    feeds = stats.get(statistics.FEEDS_FAILED, 0) + sum(_under(stats, "feedexport/failed_count/").values())
    return [f"{feeds} writes to feeds failed: the feeds are incomplete, the store is complete"] if feeds else []


def _under(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): value for key, value in stats.items() if key.startswith(prefix)}
