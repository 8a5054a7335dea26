"""The queue's benchmark, with few rooms: what it measures is there, and a room takes no more memory than it may."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_a_recurring_room_takes_at_most_200_bytes_and_a_lease_few_milliseconds(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.queue", "--rooms", "30000", "--calls", "100", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert file.exists(), done.stderr
    result = json.loads(file.read_text("utf-8"))["result"]
    assert 50 < result["bytes_per_room"] <= 200
    assert all(each["median"] < 5 for each in result["latencies"])
    assert {"lease_p99_ms", "leases_per_second"} >= {line.split(":")[0] for line in done.stderr.splitlines()}
