"""The summary of a run, made from its statistics: the lines at its end, and whether it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rankcrawler import statistics

_FINE = {"finished", "shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"}


_POLLS = ("retry", "wait", "gone", "stop")

STOPPED = 3
"""The exit status where the fleet is stopped: starting again is of no use until a person acts."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run in figures; rooms are counted once a poll."""

    stored: int
    unchanged: int
    empty: int
    duplicate: int
    """Lists that were there already: another delivery of the same moment, or the newer lease's work."""
    rows: int
    seconds: float
    failed: dict[str, int]
    """Polls that gave no list, by what followed."""
    dead: dict[str, int]
    """Rooms that will not be polled again, by reason."""
    retired: int
    """Recurring rooms that came to their end."""
    failures: tuple[str, ...]
    """Why the run failed; empty if it did not."""
    status: int
    """The exit status: 0, 1 where anything failed, STOPPED."""

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "Report":
        """Read the stats of a crawl that has ended."""
        kept = {name: stats.get(statistics.SNAPSHOTS + name, 0) for name in ("stored", "unchanged", "empty")}
        dead = _under(stats, statistics.DEAD)
        failures = tuple(_failures(stats, dead))
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
        """The report for a person, a line each."""
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


_MESSAGES = {
    statistics.ROOMS_REJECTED: "{} rooms of the list could not be read; the others were taken",
    statistics.INBOX_UNREADABLE: "{} entries of the inbox named no room",
    statistics.ROWS_QUARANTINED: "{} rows could not be read, and are in quarantine; the others are stored",
    statistics.TOKENS_REFUSED: "{} tokens were refused, and set aside: fix or remove them",
    statistics.TRACEBACKS: "{} errors that nothing accounts for: the log has them, with their tracebacks",
    statistics.LEASES_LEFT: "{} rooms could not be given back to the queue; they are polled again when their leases "
    "expire",
}
"""Statistics that are 0 unless the run failed, and the message for each."""

_ENDS = {
    "fleet_stopped": "the fleet is stopped: fix the cause, run `scrapy rooms resume`, start again; no room is lost",
    "store_failed": "nothing could be stored; the rooms wait in the queue for the next crawl",
    "gateway_down": "the gateway did not answer for too long; the rooms wait in the queue for the next crawl",
}


def _failures(stats: Mapping[str, Any], dead: Mapping[str, int]) -> list[str]:
    failures = []
    if dead:
        failures.append(f"{sum(dead.values())} rooms are dead; push them again when the cause is fixed")
    failures += [message.format(stats[name]) for name, message in _MESSAGES.items() if stats.get(name)]
    if feeds := stats.get(statistics.FEEDS_FAILED, 0) + sum(_under(stats, "feedexport/failed_count/").values()):
        failures.append(f"{feeds} writes to feeds failed: the feeds are not whole, the store is")
    reason = stats.get("finish_reason", "the crawl never started")
    if reason == "shutdown" and stats.get(statistics.ROOMS_GIVEN):
        failures.append("stopped before the queue was empty; its rooms wait in it for the next crawl")
    if reason not in _FINE:
        failures.append(_ENDS.get(reason, f"the crawl ended early: {reason}"))
    return failures


def _under(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): value for key, value in stats.items() if key.startswith(prefix)}
