"""Computes speeds and ratios from the costs of runs."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

from benchmarks import report

Clock = Literal["rows_per_second", "rows_per_cpu_second"]
SPEEDS = ["contestant", "rows/s", "min–max", "rows per CPU s", "with its servers", "start and stop, s"]
RIVALS = ("textbook", "handwritten", "crawlee")
RATIOS = ["contestant", *(f"× {rival}" for rival in RIVALS), "% of floor"]
RATIOS += [f"{name}, CPU" for name in RATIOS[1:]]
SINKS = ("sqlite", "postgresql")
MEASURABLE = 0.1  # seconds; the start of a process varies by a tenth of this


@dataclass(frozen=True)
class Run:
    """One measured run, in seconds. `worker_cpu` is the CPU time of its process, `cpu` includes its servers."""

    contestant: str
    rooms: int
    rows: int
    wall: float
    worker_cpu: float
    cpu: float
    gateway_cpu: float


@dataclass(frozen=True)
class Pace:
    """A contestant's pace in one round: a long run minus a short one, which leaves out start and stop."""

    rows_per_second: float
    rows_per_cpu_second: float
    rows_per_cpu_second_in_all: float
    start_and_stop: float  # seconds of the short run beyond those that its rows take

    @classmethod
    def between(cls, short: Run, long: Run) -> "Pace":
        """Return the pace over the extra rows of the long run; the runs must be measurable."""
        rows, wall = long.rows - short.rows, long.wall - short.wall
        worker_cpu, cpu = long.worker_cpu - short.worker_cpu, long.cpu - short.cpu
        return cls(rows / wall, rows / worker_cpu, rows / cpu, max(0.0, short.wall - short.rows * wall / rows))


def is_measurable(short: Run, long: Run) -> bool:
    """Whether the long run took at least MEASURABLE more time than the short one, by every clock."""
    more = (long.wall - short.wall, long.worker_cpu - short.worker_cpu, long.cpu - short.cpu)
    return min(more) >= MEASURABLE


Paces = dict[str, list[Pace]]


def paces_of(runs: list[Run]) -> Paces:
    """Return each contestant's paces, from alternating short and long runs."""
    paces: Paces = {}
    for short, long in zip(runs[::2], runs[1::2], strict=True):
        paces.setdefault(long.contestant, []).append(Pace.between(short, long))
    return paces


def speeds(paces: Paces) -> str:
    """Return a Markdown table of the medians over the rounds."""
    return report.table(SPEEDS, [_speeds(name, rounds) for name, rounds in paces.items()])


def ratios(paces: Paces) -> str:
    """Return a Markdown table that compares each contestant with its rivals, by wall time and the worker's CPU time."""
    return report.table(RATIOS, [_ratios(name, paces) for name in paces])


def ratio(paces: Paces, name: str, rival: str, clock: Clock) -> float:
    """Return how many times as fast as `rival` a contestant is, by their medians."""
    return middle(paces[name], clock) / middle(paces[rival], clock)


def middle(rounds: list[Pace], clock: Clock) -> float:
    """Return the median over the rounds."""
    return median(float(getattr(pace, clock)) for pace in rounds)


def busiest_gateway(runs: list[Run]) -> float:
    """Return the largest share of a run's time that the gateway was busy; near 1, the gateway is the bottleneck."""
    return max(run.gateway_cpu / run.wall for run in runs)


def _speeds(name: str, rounds: list[Pace]) -> list[str]:
    walls = [pace.rows_per_second for pace in rounds]
    return [
        name,
        f"{median(walls):,.0f}",
        f"{min(walls):,.0f}–{max(walls):,.0f}",
        f"{median(pace.rows_per_cpu_second for pace in rounds):,.0f}",
        f"{median(pace.rows_per_cpu_second_in_all for pace in rounds):,.0f}",
        f"{median(pace.start_and_stop for pace in rounds):.1f}",
    ]


def _ratios(name: str, paces: Paces) -> list[str]:
    cells = [name]
    clocks: tuple[Clock, Clock] = ("rows_per_second", "rows_per_cpu_second")
    for clock in clocks:
        for rival, form in (*((rival, ".2f") for rival in RIVALS), (_floor_of(name), ".0%")):
            cells += [format(ratio(paces, name, rival, clock), form) if rival in paces else "–"]
    return cells


def _floor_of(name: str) -> str:
    """Return the name of the floor with the same sink; the default is JSON Lines."""
    return "floor-" + next((sink for sink in SINKS if name.endswith(sink)), "jsonl")
