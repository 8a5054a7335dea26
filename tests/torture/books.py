"""Two workers, and a gateway with all its faults at once: each answer and each row is on record in the end.

`python -m tests.torture.books --polls 20000`
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path

from redis import Redis

from rankcrawler.queue.embedded import join
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.world import World
from tests.crawls import until
from tests.gateways import environment, simulated
from tests.gateways import run as command
from tests.postgresql import postgres_server
from tests.stores import DATABASES
from tests.torture.place import room_ids

ROOMS, EVERY, FAULTY = 400, 1, 0.3
"""Rooms of every kind, the seconds between polls of each, and the share of answers that are faulty."""
_OPTIONS = (
    "--workers",
    "2",
    "-s",
    "CONCURRENT_REQUESTS=64",
)  # 429 holds the fleet for a second: many answers, one hold
_KEYS = "rc:{ranklist:start_urls}"


@dataclass(frozen=True, slots=True)
class Result:
    """A run in figures, as the gateway's books have them, but for the last two."""

    store: str
    answers: int
    lists: int
    rows: int
    unread: int
    """Of the rows."""
    failures: int
    """Answers without a list."""
    dead: int
    """Rooms."""
    difference: int
    """Answers that are not on record, or not so, and polls on record that were no answers."""

    def line(self) -> str:
        """A row of a table."""
        return "| " + " | ".join(f"{each:,}" if isinstance(each, int) else each for each in astuple(self)) + " |"


def run(data: Path, polls: int, database: str) -> Result:
    """Poll rooms that recur until the gateway has given that many answers; then hold its books against the store's."""
    data.mkdir()
    with ExitStack() as stack:
        queue = join(data)
        stack.callback(queue.close)
        where = f"sqlite:///{data}/ranks.db"
        if database == "postgresql":
            where = stack.enter_context(postgres_server("fsync=off")).database()
        gateway = stack.enter_context(simulated(World(1), clock=wall_clock, faults=Faults(FAULTY), lost=polls))
        env = environment(gateway, data, {"STORE_URL": where, "ROOM_ATTEMPTS": "20"})
        (data / "rooms.txt").write_text("\n".join(room_ids(ROOMS)))
        assert command("rooms", "add", f"{data}/rooms.txt", "--every", str(EVERY), env=env).returncode == 0
        redis = stack.enter_context(Redis.from_url(queue.url))
        with (data / "log").open("wb") as log:
            fleet = subprocess.Popen([sys.executable, "-m", "rankcrawler", "fleet", *_OPTIONS], env=env, stderr=log)
        with fleet:
            until(lambda: gateway.ledger.outcomes.total() >= polls or fleet.poll() is not None, 600)
            assert command("rooms", "pause", env=env).returncode == 0
            until(lambda: redis.zcard(f"{_KEYS}:lease") == 0, 30)
            fleet.terminate()
        given, dead = gateway.journal.books(), redis.zcard(f"{_KEYS}:dead")
        balance = gateway.balance()
    return Result(
        database,
        gateway.ledger.outcomes.total(),
        given.lists.total(),
        gateway.ledger.rows.total(),
        gateway.ledger.bad_rows.total(),
        given.failures.total(),
        int(dead),
        len(balance.lost) + len(balance.invented),
    )


def main() -> None:
    """Run once on each database, and print what came of it; exit status 1 where there is a difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--polls", type=int, default=20_000, help="half of them into each database")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        results = []
        for database in DATABASES:
            began = time.monotonic()
            results.append(run(Path(folder) / database, chosen.polls // len(DATABASES), database))
            sys.stdout.write(f"{results[-1].line()} {time.monotonic() - began:.0f} s\n")
    sys.exit(any(result.difference for result in results))


if __name__ == "__main__":
    main()
