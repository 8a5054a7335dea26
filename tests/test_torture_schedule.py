"""Rooms with an interval are polled when they are due, and by one worker at a time."""

from pathlib import Path

from tests.torture.schedule import EVERY, ROOMS, run


async def test_rooms_due_every_two_seconds_are_polled_every_two_seconds(tmp_path: Path) -> None:
    result = await run(tmp_path / "data", 12)
    assert len(result.gaps) >= 4 * ROOMS
    assert result.median <= EVERY + 0.1  # the long run asks for 0.05; other tests may share the machine
    assert result.overlaps == 0
