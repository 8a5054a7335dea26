"""Stores that earlier versions wrote, as files of tests/earlier_stores have them, and the polls that they hold."""

import json
import shutil
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg

from rankcrawler.clock import iso
from rankcrawler.model.items import FailedPoll, Poll, Quarantined, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.targets import Target

FOLDER = Path(__file__).parent / "earlier_stores"
NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z, when the first poll was made."""
ONLY_SQLITE = 1
"""The version that PostgreSQL never had, and that held neither failed polls nor audiences nor schedules."""


def polls(version: int) -> list[Poll]:
    """What the stores of a version were given, a batch for each."""
    found = [_poll(facts) for facts in json.loads((FOLDER / "polls.json").read_text("utf-8"))]
    if version > ONLY_SQLITE:
        return found
    lists = [(each.snapshot, each.fence) for each in found if each.snapshot and each.target.kind == "ranklist"]
    return [Poll(snapshot if snapshot.entries else _without_facts(snapshot), fence) for snapshot, fence in lists]


def _without_facts(empty: RoomSnapshot) -> RoomSnapshot:
    """An empty list as version 1 kept it."""
    target = msgspec.structs.replace(empty.target, anchor_id=None)
    return msgspec.structs.replace(empty, target=target, digest="0" * 32, has_more=None)


def restore(where: str, version: int) -> None:
    """Make the store of an address from the SQL of a version; of JSON Lines, copy its files."""
    kind, _, path = where.partition(":")
    if kind == "jsonl":
        shutil.copytree(FOLDER / f"lines_{version}", path)
        return
    sql = (FOLDER / f"version_{version}.{kind}.sql").read_text("utf-8")
    if kind == "sqlite":
        database = apsw.Connection(path.removeprefix("///"))
        database.execute(sql).fetchall()
        database.close()
    else:
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(sql.encode())


def _poll(facts: dict[str, Any]) -> Poll:
    at = iso(NOON + 60_000 * facts["minute"])
    target = Target("gateway.test", facts.get("kind", "ranklist"), facts["room_id"], facts["anchor_id"])
    schedule = Schedule(facts["every"], facts["every_max"], facts["priority"])
    if "failed" in facts:
        action, reason, status, code, status_code = facts["failed"]
        failed = FailedPoll(target, at, action, reason, status, code, status_code, attempt=1)
        return Poll(failed, facts["fence"], schedule)
    return Poll(_snapshot(facts, target, at), facts["fence"], schedule)


def _snapshot(facts: dict[str, Any], target: Target, at: str) -> RoomSnapshot:
    scores = facts["scores"]
    rows = tuple(_entry(rank, user, score, target, at) for rank, (user, score) in enumerate(scores, start=1))
    digest = "".join(f"{user}:{score}," for user, score in scores).encode().hex().ljust(32, "0")[:32]
    return RoomSnapshot(
        target,
        captured_at=at,
        polled_at=at,
        total=39_847,
        user_count_desc="3万+",
        currency=None,
        has_more=False,
        entry_count=len(rows),
        digest=digest,
        entries=rows,
        quarantined=(Quarantined(facts["unread"], "$.data", "odd"),) if "unread" in facts else (),
        flags=tuple(facts.get("flags", ())),
    )


def _entry(rank: int, user: str | None, score: int | None, target: Target, at: str) -> RankEntry:
    return RankEntry(
        source=target.source,
        kind=target.kind,
        room_id=target.room_id,
        anchor_id=target.anchor_id,
        captured_at=at,
        polled_at=at,
        rank=rank,
        score=score,
        exactly_score=None if score is None else "1.0万" if rank == 1 else str(score),
        score_precision="withheld" if score is None else "exact",
        delta=None,
        user_id=user,
        display_id=f"handle {user}",
        sec_uid=f"MS4w{user}",
        nickname=f"贡献者{user}",
        gender=1,
        avatar_url=None,
        pay_grade_level=25,
        this_grade_min_diamond=15_000,
        this_grade_max_diamond=20_000,
        grade_describe="距离26级还差1998抖币",
        lifetime_diamonds_min=18_002,
        lifetime_diamonds_max=18_002,
        fans_club_name="粉丝团",
        fans_club_level=3,
        fans_club_member=True,
        is_hidden=False,
        is_anonymous=user is None,
        is_mystery=None,
        flags=("rank_gap",) if rank == 2 else (),
    )
