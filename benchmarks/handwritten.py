"""What an engineer writes without a framework: aiohttp, orjson and a file, and no guarantees.

`python benchmarks/handwritten.py GATEWAY_URL TOKEN ROOMS.txt RANKS.jsonl`: no queue, no retries, and
what was not written when the process dies is lost.
"""

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
import orjson
import uvloop

TASKS = 32
MISSING = re.compile(r"还差([\d.]+)(w?)")


async def crawl(url: str, token: str, rooms: list[str], output: BinaryIO) -> None:
    """Poll every room once, TASKS of them at a time."""
    waiting = iter(rooms)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=TASKS)) as session:
        await asyncio.gather(*(poll(session, url, token, waiting, output) for _ in range(TASKS)))


async def poll(session: aiohttp.ClientSession, url: str, token: str, rooms: Iterator[str], output: BinaryIO) -> None:
    """Take rooms from the shared iterator until it is empty."""
    for room_id in rooms:
        params = {"token": token, "room_id": room_id}
        async with session.get(f"{url}/douyin/liveroom/ranklist", params=params) as response:
            response.raise_for_status()
            answer = orjson.loads(await response.read())
        data = answer["data"]
        if answer["code"] != 200 or data["status_code"] != 0:
            print(f"room {room_id}: {answer.get('msg')}", file=sys.stderr)
            continue
        now = int(time.time() * 1000)
        rows = (row(entry, room_id, data["extra"]["now"], now) for entry in data["data"]["ranks"])
        output.writelines(orjson.dumps(entry) + b"\n" for entry in rows)


def row(entry: dict[str, Any], room_id: str, captured_at: int, polled_at: int) -> dict[str, Any]:
    """The fields of one rank."""
    user = entry["user"]
    grade = user["pay_grade"]
    club = user["fans_club"]["data"]
    low, high = lifetime_diamonds(grade)
    withheld = entry["score"] == 1 and not entry["exactly_score"]
    return {
        "source": "gateway",
        "room_id": room_id,
        "anchor_id": None,
        "captured_at": captured_at,
        "polled_at": polled_at,
        "rank": entry["rank"],
        "score": None if withheld else entry["score"],
        "exactly_score": entry["exactly_score"],
        "score_precision": "withheld" if withheld else "exact",
        "delta": entry["delta"],
        "user_id": user["id_str"],
        "display_id": user["display_id"],
        "sec_uid": user["sec_uid"],
        "nickname": user["nickname"],
        "gender": user["gender"],
        "avatar_url": next(iter(user["avatar_thumb"]["url_list"]), None),
        "pay_grade_level": grade["level"],
        "this_grade_min_diamond": grade["this_grade_min_diamond"],
        "this_grade_max_diamond": grade["this_grade_max_diamond"],
        "grade_describe": grade["grade_describe"],
        "lifetime_diamonds_min": low,
        "lifetime_diamonds_max": high,
        "fans_club_name": club["club_name"] or None,
        "fans_club_level": club["level"] or None,
        "fans_club_member": club["user_fans_club_status"] == 1,
        "is_hidden": entry["is_hidden"],
        "is_anonymous": user["id"] == 111111,
        "is_mystery": user["mystery_man"] == 2,
        "flags": [],
    }


def lifetime_diamonds(grade: dict[str, Any]) -> tuple[int | None, int | None]:
    """The bounds of what the user ever spent: the level's upper bound less what is missing to it."""
    top = grade["this_grade_max_diamond"]
    missing = MISSING.search(grade["grade_describe"])
    if not top or not missing:
        return grade["this_grade_min_diamond"] or None, top or None
    if missing[2]:
        spent = top - int(float(missing[1]) * 10_000)
        return spent - 500, spent + 500
    spent = top - int(missing[1])
    return spent, spent


def main() -> None:
    """Crawl what the command line says."""
    url, token, rooms, output = sys.argv[1:]
    with Path(output).open("wb") as file:
        uvloop.run(crawl(url, token, Path(rooms).read_text(encoding="utf-8").split(), file))


if __name__ == "__main__":
    main()
