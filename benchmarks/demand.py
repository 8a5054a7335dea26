"""Capacity estimates: what a number of rooms a minute needs, computed from the measured cost of one poll."""

from dataclasses import dataclass

from benchmarks import report

FULL = 0.7
"""The planned load of a core; the rest is headroom for bursts."""
DAY = 86_400


@dataclass(frozen=True)
class Cost:
    """The cost of one poll: CPU seconds of each part, queue commands, rows and bytes."""

    worker: float
    queue: float
    database: float
    gateway: float
    commands: float
    """Commands that the queue's server runs, including those inside scripts."""
    rows: float
    """Rows written to the store."""
    size: float
    """Bytes added to the store."""


@dataclass(frozen=True)
class Demand:
    """The resources that `polls` polls a second need."""

    polls: float
    workers: float
    worker_cores: float
    queue_commands: float
    queue_core: float
    database_rows: float
    database_cores: float
    bytes_a_day: float

    @classmethod
    def of(cls, cost: Cost, polls: float) -> "Demand":
        """Return the demand of `polls` polls a second at that cost each."""
        return cls(
            polls,
            polls * cost.worker / FULL,
            polls * cost.worker,
            polls * cost.commands,
            polls * cost.queue,
            polls * cost.rows,
            polls * cost.database,
            polls * cost.size * DAY,
        )


def table(new: Cost, unchanged: Cost, rooms_a_minute: list[int]) -> str:
    """Return a Markdown table of the demand of one poll a minute per room, with all lists new and all unchanged."""
    columns = ["rooms a minute", "polls/s", "workers", "queue: commands/s", "of its core"]
    columns += ["database: rows/s", "its cores", "GB a day"]
    rows = []
    for rooms in rooms_a_minute:
        for cost, name in ((new, "new"), (unchanged, "unchanged")):
            need = Demand.of(cost, rooms / 60)
            rows.append([f"{rooms:,}, every list {name}", *_cells(need)])
    return report.table(columns, rows)


def saturation(cost: Cost) -> str:
    """Return a Markdown table of how many polls a second saturate one core of each part."""
    parts = {"worker": cost.worker, "queue's server": cost.queue, "database": cost.database, "gateway": cost.gateway}
    rows = [[name, f"{1e6 * used:,.0f}", f"{1 / used:,.0f}"] for name, used in parts.items() if used > 0]
    return report.table(["part", "CPU µs a poll", "polls/s that fill a core"], rows)


def _cells(need: Demand) -> list[str]:
    return [
        f"{need.polls:,.0f}",
        f"{need.workers:,.1f}",
        f"{need.queue_commands:,.0f}",
        f"{need.queue_core:.1%}",
        f"{need.database_rows:,.0f}",
        f"{need.database_cores:.2f}",
        f"{need.bytes_a_day / 1e9:,.1f}",
    ]
