"""Runs all benchmarks in under ten minutes on two cores: prints their tables, writes their JSON to a folder.

Each benchmark runs in its own process. If one fails or misses a bound, the others still run. The exit status is the
highest of theirs.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.serving import ROOT

BENCHMARKS = {  # by name: arguments that keep the run short
    "decode": ["--rounds", "3", "--entries", "2", "100", "200"],
    "crawl": ["--rounds", "3", "--rooms", "500", "--entries", "100", "2"],
    "store": ["--minutes", "40"],
    "reading": ["--entries", "400000", "--rooms", "100"],
    "serve": ["--rooms", "300", "--turns", "1", "--seconds", "3", "--streams", "300"],
    "accuracy": ["--hours", "2", "--givers", "30", "300", "--seconds", "60"],
    "queue": ["--rooms", "300000"],
    "scale": ["--rooms", "3000"],
    "memory": ["--responses", "20000", "--entries", "2", "--rounds", "3"],
    "profile": ["--rooms", "600", "--rounds", "2"],
}
PATIENCE = 900  # seconds after which a benchmark counts as hung


def main() -> int:
    """Run the benchmarks; return the highest exit status."""
    options = _options()
    began, worst = time.monotonic(), 0
    print(f"{report.describe(report.machine())}", flush=True)
    for name in options.only:
        print(f"\n## {name}\n", flush=True)
        start = time.monotonic()
        file = options.folder / f"{name}.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *BENCHMARKS[name], "--json", str(file)]
        status = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False).returncode
        print(f"\n{name} ended with status {status} after {time.monotonic() - start:.0f} s.", flush=True)
        worst = max(worst, abs(status))
    print(f"\nAll took {time.monotonic() - began:.0f} s; the figures are in {options.folder}/.")
    return worst


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    there = [name for name in BENCHMARKS if (ROOT / f"benchmarks/{name}.py").exists()]
    parser.add_argument("--only", nargs="+", choices=there, default=there, metavar="NAME", help=", ".join(there))
    parser.add_argument("--folder", type=Path, default=ROOT / "data/benchmarks", help="write the JSON here")
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    return options


if __name__ == "__main__":
    sys.exit(main())
