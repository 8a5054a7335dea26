"""What it takes to copy a large store into another database: `python -m benchmarks.moving --entries 1000000`.

Fills a store in SQLite, copies it to PostgreSQL, and the copy to a new file. Each time `scrapy store migrate --to` is
killed after some seconds, and the copy is completed.
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

from benchmarks import report, store_lists
from benchmarks.serving import ROOT
from benchmarks.store import batches
from rankcrawler.store import locate
from rankcrawler.store.moving import move
from tests.postgresql import postgres_server

ROOMS = 200
"""Rooms whose every list is written whole."""


@dataclass
class Copied:
    """What copying a store took."""

    records: int
    """Of all tables."""
    earlier: int
    """Records that were there when the command that was killed was run again."""
    seconds: float
    """Of the second run, which compares what is there, copies the rest, and verifies everything."""
    megabytes: float
    """Of the copy."""
    findings: int
    """What `scrapy store check` finds in the copy."""


def fill(where: str, entries: int) -> None:
    """Make a store with so many rows of lists."""
    with closing(locate.open_records(where, create=True)) as store:
        for batch in batches(store_lists.restless(ROOMS, max(entries // (100 * ROOMS), 1))):
            store.write(batch)


def measured(old: str, new: str, kill_after: float) -> Copied:
    """Copy a store, with one kill on the way."""
    command = [sys.executable, "-m", "rankcrawler", "store", "migrate", "--to", "NEW_STORE"]
    env = {**os.environ, "STORE_URL": old, "NEW_STORE": new, "PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    time.sleep(kill_after)
    first.send_signal(signal.SIGKILL)
    first.wait()
    began = time.monotonic()
    with move.opened(old, new) as one:
        for _ in one.copy():
            pass
        for _ in one.verify():
            pass
        one.finish()
    seconds = time.monotonic() - began
    with closing(locate.open_records(new)) as store:
        findings = sum(each.what != "unchecked" for each in store.check())
        megabytes = store.status().size / 1e6
    return Copied(sum(one.copied), one.copied.earlier, seconds, megabytes, findings)


def table(found: dict[str, Copied]) -> str:
    """The figures, as Markdown."""
    columns = [
        *("", "records", "there after the kill", "seconds to compare these, copy the rest, and verify all"),
        "MB of the copy",
    ]
    rows = [
        [name, f"{each.records:,}", f"{each.earlier:,}", f"{each.seconds:,.1f}", f"{each.megabytes:,.0f}"]
        for name, each in found.items()
    ]
    return report.table(columns, rows)


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report; status 1 if a copy is not as the store was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help="rows of lists, at least")
    parser.add_argument("--kill-after", type=float, default=2.5, metavar="SECONDS")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="moving-") as folder, postgres_server("shared_buffers=256MB") as server:
        old, back, database = f"sqlite:///{folder}/old.db", f"sqlite:///{folder}/back.db", server.database()
        fill(old, options.entries)
        found = {
            "SQLite to PostgreSQL": measured(old, database, options.kill_after),
            "PostgreSQL to SQLite": measured(database, back, options.kill_after),
        }
    print(table(found))
    return 1 if any(each.findings for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
