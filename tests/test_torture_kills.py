"""Killed workers lose no room and store none twice; and the harness that says so sees builds that do."""

from pathlib import Path

from tests.torture.kills import run
from tests.torture.points import POINTS


async def test_kills_at_every_point_lose_no_room_and_store_none_twice(tmp_path: Path) -> None:
    result = await run(tmp_path / "data", kills=len(POINTS) + 3, rooms=300, points=[*POINTS, *["random"] * 3])
    assert result.audit.defects() == {}
    assert result.kills.total() == len(POINTS) + 3
    assert result.kills["random"] < result.kills.total()


async def test_the_harness_sees_rooms_lost_by_an_acknowledgement_before_the_commit(tmp_path: Path) -> None:
    result = await run(
        tmp_path / "data",
        kills=2,
        rooms=40,
        workers=1,
        build="ack_before_commit",
        points=["before_commit"],
        latest_call=1,
    )
    assert result.kills == {"before_commit": 2}
    assert result.audit.lost > 0


async def test_the_harness_sees_rooms_lost_by_a_batch_pop(tmp_path: Path) -> None:
    result = await run(tmp_path / "data", kills=1, rooms=40, workers=1, build="batch_pop", points=["after_lease"])
    assert result.kills == {"after_lease": 1}
    assert result.audit.lost > 0
