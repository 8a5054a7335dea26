"""Workers that are killed while anchors begin and end their broadcasts miss no session, and leave none open."""

from pathlib import Path

from tests.torture.points import SESSION_POINTS
from tests.torture.sessions import QUICK, run


async def test_kills_miss_no_session_double_none_and_leave_none_open(tmp_path: Path) -> None:
    kills = len(SESSION_POINTS) * 2
    result = await run(tmp_path / "data", kills=kills, sessions=20, anchors=24, workers=3, pace=QUICK)
    assert result.defects.found() == {}
    assert result.kills.total() == kills
    assert result.starts_and_ends > 20
