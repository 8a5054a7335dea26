"""A worker that was stopped for longer than its leases last does no harm when it wakes."""

from pathlib import Path

from tests.torture.freeze import run


async def test_the_late_writes_of_a_frozen_worker_change_nothing(tmp_path: Path) -> None:
    result = await run(tmp_path / "data")
    assert result.repolled > 0
    assert result.stale > 0
    assert result.changed == 0
    assert result.overlaps == 0
    assert result.audit.defects() == {}
