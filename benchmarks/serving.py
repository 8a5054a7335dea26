"""The static gateway as a process of its own."""

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
MAX_VARIANTS = 2000  # lists the gateway holds, 17 KB each; up to so many rooms, no two get the same list


class Served(NamedTuple):
    """How many lists were given, and when the first, in seconds of the machine's monotonic clock."""

    served: int
    first: float | None


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs, and the file with what it serves."""

    url: str
    pid: int
    file: Path

    @property
    def cpu(self) -> float:
        """The CPU seconds it has taken so far."""
        return meter.cpu_so_far(self.pid)

    def read_meter(self) -> Served:
        """What it gave since the last call."""
        with urlopen(f"{self.url}/meter") as response:  # noqa: S310 — its own address
            return Served(**json.load(response))

    def turn(self) -> None:
        """Have it give its next edition."""
        with urlopen(f"{self.url}/turn"):  # noqa: S310 — its own address
            return


@contextlib.contextmanager
def gateway(
    file: Path, *, entries: int, variants: int, seconds: float, editions: int = 1, strangers: bool = False
) -> Iterator[Gateway]:
    """A gateway of at most MAX_VARIANTS lists, kept in `file`; it stops when its standard input is closed."""
    arguments = {"entries": entries, "variants": min(variants, MAX_VARIANTS), "seconds": seconds, "file": file}
    arguments["editions"] = editions
    words = [f"--{key}={value}" for key, value in arguments.items()] + ["--strangers"] * strangers
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.gateway", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout
        yield Gateway(process.stdout.readline().strip(), process.pid, file)
