"""Starts the static gateway in its own process."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from benchmarks import meter

ROOT = Path(__file__).parent.parent
FIRST_ROOM = 7_300_000_000_000_000_000
MAX_VARIANTS = 4000  # most lists that the gateway holds, 17 KB each; two rooms share one only if so many are between


class Served(NamedTuple):
    """How many lists were served, and when the first was, in seconds on the machine's monotonic clock."""

    served: int
    first: float | None


@dataclass(frozen=True)
class Gateway:
    """A running gateway, and the file with its lists."""

    url: str
    pid: int
    file: Path

    @property
    def cpu(self) -> float:
        """The CPU seconds that it has used so far."""
        return meter.cpu_so_far(self.pid)

    def read_meter(self) -> Served:
        """Return what it has served since the last call."""
        with urlopen(f"{self.url}/meter") as response:  # noqa: S310 — its own address
            return Served(**json.load(response))

    def turn(self) -> None:
        """Switch it to its next edition; a moving one begins again."""
        with urlopen(f"{self.url}/turn"):  # noqa: S310 — its own address
            return


@contextlib.contextmanager
def gateway(
    file: Path,
    *,
    entries: int,
    variants: int,
    seconds: float,
    editions: int = 1,
    strangers: bool = False,
    moving: bool = False,
) -> Iterator[Gateway]:
    """Start a gateway with at most MAX_VARIANTS lists, which are kept in `file`; it stops when the context ends."""
    arguments = {"entries": entries, "variants": min(variants, MAX_VARIANTS), "seconds": seconds, "file": file}
    arguments["editions"] = editions
    words = [f"--{key}={value}" for key, value in arguments.items()] + ["--strangers"] * strangers
    words += ["--moving"] * moving
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.gateway", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout
        yield Gateway(process.stdout.readline().strip(), process.pid, file)
