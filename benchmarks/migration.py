"""What it takes to migrate a large store: `python -m benchmarks.migration --megabytes 1000` takes a quarter of an hour.

Makes a store of each version that is older than any that ran, migrates a copy, and notes the time and how much more of
the disk it needed meanwhile. Then kills the migration of another copy half-way: the store must be whole, of a version
that a step has completed, and a second migration must complete it. PostgreSQL never had version 1.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import earlier_stores, report
from benchmarks.migrating import Old, OldFile, moved
from benchmarks.serving import ROOT
from rankcrawler.store import locate, schema
from tests.earlier import FOLDER, ONLY_SQLITE
from tests.postgresql import postgres_server

EVERY = 0.05
"""Seconds between two looks at the disk."""


@dataclass
class Migrated:
    """What a migration took."""

    megabytes: float
    """Of the old store."""
    seconds: float
    disk: float
    """Megabytes that it needed at most, beside the old store."""
    after: float
    """Megabytes of the new store."""
    killed_at: int
    """The version that a migration left which was killed half-way."""
    checked: float
    """Seconds that `scrapy store check` takes after the second migration, from the first question on."""
    findings: int
    """What it finds."""


def measure(old: Old, version: int) -> Migrated:
    """Migrate a store of a version, once whole and once killed half-way."""
    old.copy()
    facts, before = old.facts(), old.used()
    seconds, most = _finished(_started(old), old)
    after = old.used()
    old.copy()
    _killed(old, seconds / 2)
    found = old.version()
    if found == version and old.facts() != facts:
        raise SystemExit(f"version {version}: the store that a killed migration left is not the old one")
    _finished(_started(old), old)
    with closing(locate.open_records(old.url)) as store:
        began = time.monotonic()
        findings = sum(each.what != "unchecked" for each in store.check())  # of indexes, without amcheck
        checked = time.monotonic() - began
    megabytes = [each / 1e6 for each in (before, most - before, after)]
    return Migrated(megabytes[0], seconds, megabytes[1], megabytes[2], found, checked, findings)


def _started(old: Old) -> subprocess.Popen[bytes]:
    env = {**os.environ, "STORE_URL": old.url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rankcrawler", "store", "migrate"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)


def _finished(process: subprocess.Popen[bytes], old: Old) -> tuple[float, int]:
    """Wait for a migration; returns its seconds, and the most bytes that were used meanwhile."""
    began, most = time.monotonic(), 0
    while process.poll() is None:
        most = max(most, old.used())
        time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"the migration ended with status {process.returncode}")
    return time.monotonic() - began, most


def _killed(old: Old, after: float) -> None:
    process = _started(old)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def table(found: dict[tuple[str, int], Migrated]) -> str:
    """All figures, as Markdown."""
    columns = [
        "store",
        "from version",
        "MB",
        "seconds",
        "MB of disk beside it",
        "MB after",
        "killed half-way, it has version",
        "seconds to check",
    ]
    return report.table(
        columns,
        [
            [
                kind,
                str(version),
                *(f"{number:,.0f}" for number in (each.megabytes, each.seconds, each.disk, each.after)),
                str(each.killed_at),
                f"{each.checked:,.0f}",
            ]
            for (kind, version), each in found.items()
        ],
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report; status 1 if a migrated store is not as it was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50, help="of each old store, at least")
    parser.add_argument("--versions", type=int, nargs="+", default=earlier_stores.VERSIONS)
    parser.add_argument("--folder", type=Path, help="where there is room for five times as much (default: /tmp)")
    options = parser.parse_args(words)
    found: dict[tuple[str, int], Migrated] = {}
    with postgres_server("shared_buffers=256MB") as server:
        for version in options.versions:
            with tempfile.TemporaryDirectory(prefix="migration-", dir=options.folder) as folder:
                path = Path(folder) / "old.db"
                earlier_stores.make(path, version, options.megabytes * 1_000_000)
                found["SQLite", version] = measure(OldFile(path), version)
                if version > ONLY_SQLITE:
                    sql = (FOLDER / f"version_{version}.postgresql.sql").read_text("utf-8")
                    with moved(path, sql, server, f"version_{version}") as database:
                        found["PostgreSQL", version] = measure(database, version)
            print(f"version {version} to {schema.version()}: {found}", file=sys.stderr, flush=True)
    print(table(found))
    return 1 if any(each.findings for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
