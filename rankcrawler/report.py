"""What came of a run, read off its stats: the lines at its end, and whether it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FINE = {"finished", "shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"}


_POLLS = ("retry", "wait", "gone", "stop")

STOPPED = 3
"""The exit status of a run that ended because the fleet is stopped: to start it again is no use until a person acts."""


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
        kept = {name: stats.get(f"rankcrawler/snapshots/{name}", 0) for name in ("stored", "unchanged", "empty")}
        dead = _under(stats, "rankcrawler/dead/")
        failures = tuple(_failures(stats, dead))
        return cls(
            **kept,
            duplicate=sum(
                stats.get(f"rankcrawler/snapshots/{name}", 0) for name in ("duplicate", "redelivered", "stale")
            ),
            rows=stats.get("rankcrawler/rows/stored", 0),
            seconds=stats.get("elapsed_time_seconds", 0.0),
            failed={
                name: stats[f"rankcrawler/polls/{name}"] for name in _POLLS if f"rankcrawler/polls/{name}" in stats
            },
            dead=dead,
            retired=stats.get("rankcrawler/rooms/retired", 0),
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


_TOLD = {
    "rankcrawler/rooms/rejected": "{} rooms of the list could not be read; the others were taken",
    "rankcrawler/inbox/unreadable": "{} entries of the inbox named no room",
    "rankcrawler/rows/quarantined": "{} rows could not be read, and are in quarantine; the others are stored",
    "rankcrawler/tokens/refused": "{} tokens were refused, and set aside: mend or remove them",
    "rankcrawler/tracebacks": "{} errors that nothing accounts for: the log has them, with their tracebacks",
    "rankcrawler/leases/left": "{} rooms could not be given back to the queue; they are polled again when their leases "
    "expire",
}
"""Stats that are 0 in a run that did not fail, and what is said where they are not."""

_ENDS = {
    "fleet_stopped": "the fleet is stopped: mend the cause, run `scrapy rooms resume`, start again; no room is lost",
    "store_failed": "nothing could be stored; the rooms wait in the queue for the next crawl",
    "gateway_down": "the gateway answered nobody for too long; the rooms wait in the queue for the next crawl",
}


def _failures(stats: Mapping[str, Any], dead: Mapping[str, int]) -> list[str]:
    failures = []
    if dead:
        failures.append(f"{sum(dead.values())} rooms are dead; push them again when the cause is mended")
    failures += [told.format(stats[name]) for name, told in _TOLD.items() if stats.get(name)]
    if feeds := stats.get("rankcrawler/feeds/failed", 0) + sum(_under(stats, "feedexport/failed_count/").values()):
        failures.append(f"{feeds} writes to feeds failed: the feeds are not whole, the store is")
    reason = stats.get("finish_reason", "the crawl never started")
    if reason == "shutdown" and stats.get("rankcrawler/rooms/given"):
        failures.append("stopped before the queue was empty; its rooms wait in it for the next crawl")
    if reason not in _FINE:
        failures.append(_ENDS.get(reason, f"the crawl ended early: {reason}"))
    return failures


def _under(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): value for key, value in stats.items() if key.startswith(prefix)}
