"""A fleet whose PostgreSQL server crashes loses nothing; the long run is tests.torture.store_crashes."""

from pathlib import Path

from tests.torture.store_crashes import run


def test_a_fleet_whose_postgresql_server_crashes_stores_every_room_once(tmp_path: Path) -> None:
    result = run(tmp_path, crashes=3, rooms=150)
    assert (result["lost"], result["stored_twice"], result["failed"]) == (0, 0, 0)
    assert result["requests"] >= 150
