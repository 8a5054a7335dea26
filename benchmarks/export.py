"""What an export of many rows costs: `python -m benchmarks.export --entries 10000000` takes half an hour.

Fills a store of each kind with lists that are written whole, a tenth of them first, and exports all rows at both
sizes. The most memory that a command has is that of its process; if it holds rows, it grows with them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks import report, store_lists
from benchmarks.serving import ROOT
from benchmarks.store import KINDS, Site, batches
from rankcrawler.store import locate
from tests.postgresql import postgres_server

ROOMS = 200


@dataclass
class Exported:
    """What one export took."""

    rows: int
    seconds: float
    memory: float
    """Megabytes, at most."""
    size: float
    """Megabytes of the file."""


def measured(site: Site, entries: int, endings: Sequence[str], kinds: Sequence[str] = KINDS) -> list[list[str]]:
    """A line for each kind of store and each ending: rows a second, and memory at both sizes."""
    lines = []
    for kind in kinds:
        where, most = site.address(kind), max(entries // (100 * ROOMS), 10)
        polls = store_lists.restless(ROOMS, most)
        found: dict[str, list[Exported]] = {}
        for share in (most // 10, most - most // 10):
            store = locate.open_records(where, create=True)
            for batch in batches(islice(polls, share * ROOMS)):
                store.write(batch)
            rows = store.counts().entries
            store.close()
            for ending in endings:
                found.setdefault(ending, []).append(_exported(where, ending, rows))
        lines += [_line(kind, ending, *both) for ending, both in found.items()]
        print("\n".join(" | ".join(line) for line in lines), file=sys.stderr, flush=True)
    return lines


def _exported(where: str, ending: str, rows: int) -> Exported:
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        file = Path(folder) / f"rows{ending}"
        peak = Path(folder) / "peak"
        words = ["store", "export", "--room", "all", "--to", str(file)]
        env = {**os.environ, "STORE_URL": where, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.peak", str(peak), *words]
        status = subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False).returncode
        if status:
            raise SystemExit(f"the export to {ending} ended with status {status}")
        seconds = time.monotonic() - began
        return Exported(rows, seconds, int(peak.read_text()) / 1024, file.stat().st_size / 1e6)


def _line(kind: str, ending: str, few: Exported, many: Exported) -> list[str]:
    speed = f"{many.rows / many.seconds:,.0f}"
    return [
        f"{kind}, {ending}",
        f"{many.rows:,}",
        speed,
        f"{few.memory:,.0f}",
        f"{many.memory:,.0f}",
        f"{many.size:,.0f}",
    ]


def table(lines: list[list[str]]) -> str:
    """All figures, as Markdown."""
    return report.table(
        ["export to", "rows", "rows/s", "MB of memory, a tenth", "MB of memory, all", "MB of file"], lines
    )


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000, help="rows")
    parser.add_argument("--endings", nargs="+", default=[".csv", ".jsonl", ".parquet"])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="export-") as folder, postgres_server("shared_buffers=256MB") as server:
        print(table(measured(Site(Path(folder), server), options.entries, options.endings, options.kinds)))


if __name__ == "__main__":
    main()
