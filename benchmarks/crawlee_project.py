"""A crawl written as crawlee-python's documentation shows it.

Run `python -m benchmarks.crawlee_project GATEWAY_URL TOKEN ROOMS.txt`. CRAWLEE_STORAGE_DIR is the folder of its
storage, one SQLite file with the request queue and the dataset. (The default storage, a JSON file for each row, takes
2.6 times as long.) It needs the packages of `rivals/`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from crawlee import ConcurrencySettings, Request, service_locator
from crawlee.crawlers import HttpCrawler, HttpCrawlingContext
from crawlee.storage_clients import SqlStorageClient

from benchmarks.row import row

TASKS = 32


async def handle(context: HttpCrawlingContext) -> None:
    """Store the rows of one answer; raises ValueError if it holds no list."""
    answer = json.loads(await context.http_response.read())
    data = answer["data"]
    if answer["code"] != 200 or data["status_code"] != 0:
        raise ValueError(answer.get("msg"))
    room_id = str(context.request.user_data["room_id"])
    now = int(time.time() * 1000)
    await context.push_data([row(entry, room_id, data["extra"]["now"], now) for entry in data["data"]["ranks"]])


async def crawl(url: str, token: str, rooms: list[str]) -> None:
    """Poll every room once, TASKS rooms at a time."""
    service_locator.set_storage_client(SqlStorageClient())
    concurrency = ConcurrencySettings(min_concurrency=TASKS, desired_concurrency=TASKS, max_concurrency=TASKS)
    crawler = HttpCrawler(concurrency_settings=concurrency)
    crawler.router.default_handler(handle)
    ranklist = f"{url}/douyin/liveroom/ranklist?token={token}&room_id="
    await crawler.run([Request.from_url(ranklist + room, user_data={"room_id": room}) for room in rooms])


def main() -> None:
    """Crawl the rooms that the command line names."""
    url, token, rooms = sys.argv[1:]
    asyncio.run(crawl(url, token, Path(rooms).read_text(encoding="utf-8").split()))


if __name__ == "__main__":
    main()
