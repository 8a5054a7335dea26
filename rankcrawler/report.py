"""What came of a run, read off its stats: the lines at its end, and whether it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FINE = {"finished", "shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"}


@dataclass(frozen=True, slots=True)
class Report:
    """A run in figures; rooms are counted once a poll."""

    stored: int
    unchanged: int
    empty: int
    duplicate: int
    rows: int
    seconds: float
    dead: dict[str, int]
    """Rooms that will not be polled again, by reason."""
    retired: int
    """Recurring rooms that came to their end."""
    failures: tuple[str, ...]
    """Why the run failed; empty if it did not."""

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "Report":
        """Read the stats of a crawl that has ended."""
        kept = {name: stats.get(f"rankcrawler/snapshots/{name}", 0) for name in ("stored", "unchanged", "empty")}
        dead = _under(stats, "rankcrawler/dead/")
        return cls(
            **kept,
            duplicate=stats.get("rankcrawler/snapshots/duplicate", 0),
            rows=stats.get("rankcrawler/rows/stored", 0),
            seconds=stats.get("elapsed_time_seconds", 0.0),
            dead=dead,
            retired=stats.get("rankcrawler/rooms/retired", 0),
            failures=tuple(_failures(stats, dead)),
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
        lines += [f"Dead:  {rooms} × {reason}" for reason, rooms in sorted(self.dead.items())]
        return lines + [f"Failed: {failure}" for failure in self.failures]


def _failures(stats: Mapping[str, Any], dead: Mapping[str, int]) -> list[str]:
    reason = stats.get("finish_reason", "the crawl never started")
    rejected, unreadable = (
        stats.get("rankcrawler/rooms/rejected", 0),
        stats.get("rankcrawler/inbox/unreadable", 0),
    )
    feeds = stats.get("rankcrawler/feeds/failed", 0) + sum(_under(stats, "feedexport/failed_count/").values())
    quarantined = stats.get("rankcrawler/rows/quarantined", 0)
    failures = []
    if dead:
        failures.append(f"{sum(dead.values())} rooms are dead; push them again when the cause is mended")
    if rejected:
        failures.append(f"{rejected} rooms of the list could not be read; the others were taken")
    if unreadable:
        failures.append(f"{unreadable} entries of the inbox named no room")
    if quarantined:
        failures.append(f"{quarantined} rows could not be read, and are in quarantine; the others are stored")
    if feeds:
        failures.append(f"{feeds} writes to feeds failed: the feeds are not whole, the store is")
    if left := stats.get("rankcrawler/leases/left", 0):
        failures.append(
            f"{left} rooms could not be given back to the queue; they are polled again when their leases expire"
        )
    if reason == "shutdown" and stats.get("rankcrawler/rooms/given"):
        failures.append("stopped before the queue was empty; its rooms wait in it for the next crawl")
    if reason not in _FINE:
        failures.append(f"the crawl ended early: {reason}")
    return failures


def _under(stats: Mapping[str, Any], prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): value for key, value in stats.items() if key.startswith(prefix)}
