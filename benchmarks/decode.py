"""Compares the cost of decoding a body: rankcrawler's `wire`, from bytes to items, and decoders that do less.

In each round, every decoder runs in its own process over the same bodies. `wire` produces checked items, pydantic and
msgspec checked fields, and json, orjson and untyped msgspec unchecked dicts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import answers, report
from benchmarks.contestants import RIVALS
from benchmarks.serving import ROOT

DECODERS = {  # by name: what it makes of the body, and the interpreter that has it
    "rankcrawler, known contributors": ("items", sys.executable),
    "rankcrawler, unknown contributors": ("items", sys.executable),
    "rankcrawler, no cache": ("items", sys.executable),
    "msgspec, typed": ("checked fields", sys.executable),
    "msgspec, untyped": ("dicts", sys.executable),
    "orjson": ("dicts", sys.executable),
    "json": ("dicts", sys.executable),
    "pydantic": ("checked fields", str(RIVALS)),
}
OURS = "rankcrawler, known contributors"
COLUMNS = ["decoder", "makes", "µs a body", "min–max", "MB/s", f"× {OURS}"]
VARIANTS = 20


def main() -> None:
    """Run the rounds and report."""
    options = _options()
    results = {}
    for entries in options.entries:
        with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
            file = Path(folder) / "answers"
            answers.packed(VARIANTS, entries, file)
            results[entries] = measure(file, options)
        print(f"\n### Lists of {entries}\n\n{table(results[entries])}", flush=True)
    if options.json:
        report.write(options.json, {"microseconds_of_lists_of": results})


def measure(file: Path, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the CPU microseconds per body of each decoder, by round, and the average body size under `bytes`."""
    found: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name, (_, python) in DECODERS.items():
            if not Path(python).exists():
                print(f"{name} is left out: make .venv/.rivals installs it", file=sys.stderr)
                continue
            command = [python, "-m", "benchmarks.decoders", name, str(file), str(options.seconds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120)
            for key, value in json.loads(done.stdout).items():
                found.setdefault(key, []).append(value)
    return found


def table(found: dict[str, list[float]]) -> str:
    """Return the medians as a Markdown table."""
    size = found["bytes"][0]
    ours = median(found[OURS])
    rows = []
    for name, (product, _) in DECODERS.items():
        if name in found:
            times = found[name]
            middle = median(times)
            spread = f"{min(times):,.0f}–{max(times):,.0f}"
            rows.append([name, product, f"{middle:,.0f}", spread, f"{size / middle:,.0f}", f"{middle / ours:.2f}"])
    return report.table(COLUMNS, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--entries", type=int, nargs="+", default=[100], help="rows in each list; several run one after another")
    add("--rounds", type=int, default=3)
    add("--seconds", type=float, default=0.3, metavar="S", help="seconds that each decoder runs in a round")
    add("--json", type=Path, metavar="FILE", help="write all figures and a description of the machine")
    return parser.parse_args()


if __name__ == "__main__":
    main()
