"""A script without a framework: aiohttp, orjson, a file, and no guarantees.

Run `python -m benchmarks.handwritten GATEWAY_URL TOKEN ROOMS.txt RANKS.jsonl`. It has no queue and no retries, and if
the process dies, unwritten rows are lost.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import aiohttp
import orjson
import uvloop

from benchmarks.row import row

TASKS = 32


async def crawl(url: str, token: str, rooms: list[str], output: BinaryIO) -> None:
    """Poll every room once, TASKS rooms at a time."""
    waiting = iter(rooms)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=TASKS)) as session:
        await asyncio.gather(*(poll(session, url, token, waiting, output) for _ in range(TASKS)))


async def poll(session: aiohttp.ClientSession, url: str, token: str, rooms: Iterator[str], output: BinaryIO) -> None:
    """Poll rooms from the shared iterator until it is empty."""
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


def main() -> None:
    """Crawl the rooms that the command line names."""
    url, token, rooms, output = sys.argv[1:]
    with Path(output).open("wb") as file:
        uvloop.run(crawl(url, token, Path(rooms).read_text(encoding="utf-8").split(), file))


if __name__ == "__main__":
    main()
