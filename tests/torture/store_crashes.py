"""A PostgreSQL server that crashes again and again under three workers: what is stored in the end.

`python -m tests.torture.store_crashes --crashes 20 --rooms 2000`
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rankcrawler.queue.embedded import join
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests.gateways import environment, simulated
from tests.postgresql import postgres_server
from tests.torture.place import room_ids


def run(data: Path, crashes: int, rooms: int) -> dict[str, int]:
    """What came of it: `lost` and `stored_twice` must be 0, as must `failed` workers."""
    dice, ids = random.Random(1), room_ids(rooms)
    world = World(1, dict.fromkeys(ids, Scenario.ORDINARY))
    with postgres_server() as server, simulated(world, faults=Faults(latency=0.1)) as gateway:
        where = server.database()
        env = environment(gateway, data, {"STORE_URL": where, "ROOM_ATTEMPTS": "3"})
        queue = join(data)
        (data / "rooms.txt").write_text("\n".join(ids))
        command = [sys.executable, "-m", "rankcrawler", "fleet", "--workers", "3", "-a", f"rooms={data}/rooms.txt"]
        with (data / "log").open("wb") as log, subprocess.Popen(command, env=env, stderr=log, stdout=log) as fleet:
            for number in range(crashes):
                while gateway.ledger.outcomes.total() < rooms * number / (crashes + 1) and fleet.poll() is None:
                    time.sleep(0.01)
                time.sleep(dice.uniform(0, 0.3))
                server.restart(signal.SIGQUIT)
            status = fleet.wait(300)
        queue.close()
        store = locate.open_records(where)
        polls = [len(store.polls(room, "2000-01-01", "2100-01-01")) for room in ids]
        served = gateway.ledger.outcomes.total()
        store.close()
    return {
        "crashes": crashes,
        "requests": served,
        "lost": polls.count(0),
        "stored_twice": sum(count > 1 for count in polls),
        "failed": status,
    }


def main() -> None:
    """Run once, and print what came of it; exit status 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--crashes", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=2000)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = run(Path(folder), chosen.crashes, chosen.rooms)
    figures = ", ".join(f"{name} {number}" for name, number in result.items())
    sys.stdout.write(f"{figures}; {time.monotonic() - began:.0f} s\n")
    sys.exit(bool(result["lost"] or result["stored_twice"] or result["failed"]))


if __name__ == "__main__":
    main()
