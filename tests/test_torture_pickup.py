"""A waiting worker picks up a push at once."""

from pathlib import Path
from statistics import median

from tests.torture.pickup import BOUND, run


async def test_a_room_that_is_pushed_to_a_waiting_worker_is_asked_for_within_twenty_milliseconds(
    tmp_path: Path,
) -> None:
    tries: list[float] = []
    while len(tries) < 3 and (not tries or tries[-1] >= BOUND):  # a machine that was busy elsewhere is given two more
        tries.append(median(await run(tmp_path / f"data{len(tries)}", 15)))
    assert tries[-1] < BOUND
