"""What it takes to migrate a large SQLite store: `python -m benchmarks.migration --megabytes 1000` takes some minutes.

Makes a store of each version that is older than any that ran, migrates a copy, and notes the time and how much more of
the disk it needed meanwhile. Then kills the migration of another copy half-way: the store must be whole, of a version
that a step has completed, and a second migration must complete it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from benchmarks import earlier_stores, report
from benchmarks.serving import ROOT
from rankcrawler.store import locate, schema

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
    findings: int
    """What `scrapy store check` finds after the second migration."""


def measure(folder: Path, version: int, size: int) -> Migrated:
    """Migrate a store of a version and at least so many bytes, once whole and once killed half-way."""
    old, new = folder / "old.db", folder / "new" / "ranks.db"
    earlier_stores.make(old, version, size)
    new.parent.mkdir()
    shutil.copy(old, new)
    began, before = time.monotonic(), _used(new.parent)
    seconds, most = _finished(_started(new), new.parent, began)
    after = new.stat().st_size
    shutil.rmtree(new.parent)
    new.parent.mkdir()
    shutil.copy(old, new)
    facts = _facts(new, version)
    _killed(new, seconds / 2)
    found = _version(new)
    if found == version and _facts(new, version) != facts:
        raise SystemExit(f"version {version}: the store that a killed migration left is not the old one")
    _finished(_started(new), new.parent, time.monotonic())
    with closing(locate.open_records(f"sqlite:///{new}")) as store:
        findings = len(list(store.check()))
    shutil.rmtree(new.parent)
    megabytes = [each / 1e6 for each in (before, most - before, after)]
    old.unlink()
    return Migrated(megabytes[0], seconds, megabytes[1], megabytes[2], found, findings)


def _started(path: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "STORE_URL": f"sqlite:///{path}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rankcrawler", "store", "migrate"]
    return subprocess.Popen(command, cwd=path.parent, env=env, stdout=subprocess.DEVNULL)


def _finished(process: subprocess.Popen[bytes], folder: Path, began: float) -> tuple[float, int]:
    """Wait for a migration; returns its seconds, and the most bytes that the folder had meanwhile."""
    most = 0
    while process.poll() is None:
        most = max(most, _used(folder))
        time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"the migration ended with status {process.returncode}")
    return time.monotonic() - began, most


def _killed(path: Path, after: float) -> None:
    process = _started(path)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _used(folder: Path) -> int:
    """Bytes of a folder's files; one that goes meanwhile counts for nothing."""
    return sum(each.stat().st_size for each in folder.glob("*") if each.exists())


def _version(path: Path) -> int:
    with closing(apsw.Connection(str(path))) as database:
        if (complaints := database.execute("PRAGMA integrity_check").get) != "ok":
            raise SystemExit(f"{path}: {complaints}")
        return int(database.execute("PRAGMA user_version").get)


def _facts(path: Path, version: int) -> list[object]:
    """What a store of a version holds: records, and sums over them."""
    counts = "SELECT count(*), sum(room_key), sum(length(outcome)) FROM polls"
    lists = "SELECT count(*), sum(entry_count), max(snapshot_key) FROM snapshots"
    rows = "SELECT count(*), sum(score), sum(position), sum(rank) FROM entries"
    with closing(apsw.Connection(str(path))) as database:
        return [database.execute(query).get for query in (counts, lists, rows)] + [version]


def table(found: dict[int, Migrated]) -> str:
    """All figures, as Markdown."""
    columns = ["from version", "MB", "seconds", "MB of disk beside it", "MB after", "killed half-way, it has version"]
    return report.table(
        columns,
        [
            [
                str(version),
                *(f"{number:,.0f}" for number in (each.megabytes, each.seconds, each.disk, each.after)),
                str(each.killed_at),
            ]
            for version, each in found.items()
        ],
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report; status 1 if a migrated store is not as it was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50, help="of each old store, at least")
    parser.add_argument("--versions", type=int, nargs="+", default=earlier_stores.VERSIONS)
    parser.add_argument("--folder", type=Path, help="where there is room for five times as much (default: /tmp)")
    options = parser.parse_args(words)
    found: dict[int, Migrated] = {}
    for version in options.versions:
        with tempfile.TemporaryDirectory(prefix="migration-", dir=options.folder) as folder:
            found[version] = measure(Path(folder), version, options.megabytes * 1_000_000)
        print(f"version {version} to {schema.version()}: {found[version]}", file=sys.stderr, flush=True)
    print(table(found))
    return 1 if any(each.findings for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
