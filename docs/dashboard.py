"""Takes the pictures of the dashboard, docs/dashboard-*.png: pages of the rooms of the demo, as Chromium shows them.

Names in them have Chinese characters and emoji: they need fonts, such as fonts-noto-cjk and fonts-noto-color-emoji.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import FloatRect

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT))

from rankcrawler.commands.demo import SEEDS  # noqa: E402 — of this checkout
from rankcrawler.gateways import wire  # noqa: E402
from rankcrawler.model.items import Poll  # noqa: E402
from rankcrawler.model.kinds import RANKLIST  # noqa: E402
from rankcrawler.model.schedules import Schedule  # noqa: E402
from rankcrawler.model.targets import Target  # noqa: E402
from rankcrawler.queue.job import Job, parse  # noqa: E402
from rankcrawler.serve.setup import Setup  # noqa: E402
from rankcrawler.simulator.answer import ranklist_answer  # noqa: E402
from rankcrawler.simulator.world import World  # noqa: E402
from rankcrawler.store import locate  # noqa: E402
from tests.browsing import Window, chromium  # noqa: E402
from tests.serving import served  # noqa: E402

MINUTE = 60_000
MINUTES = 100
LATEST = 14
"""The rooms of the demo that are shown: a picture has room for so many."""
ROWS = range(8, 22)
"""Of the list of the room whose page is shown, so that the charts below it are in the picture, too."""
WHOLE: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": 1490}


def polls(jobs: list[Job], end_ms: int) -> Iterator[list[Poll]]:
    """The lists of rooms, polled each minute; a list of polls for each minute."""
    world, reader = World(1), wire.Reader(RANKLIST)
    for minute in range(MINUTES, -1, -1):
        found = []
        for number, job in enumerate(jobs):
            at_ms = end_ms - minute * MINUTE - number * 300
            ranklist = world.rank_list(job.room_id, at_ms)
            if ranklist is not None:
                anchor = None if job.anchor_id is None else int(job.anchor_id)
                answer = reader.read(ranklist_answer(ranklist, anchor))
                target = Target("simulator", RANKLIST.name, job.room_id, job.anchor_id)
                found.append(Poll(wire.snapshot(answer, target, at_ms + 100), 0, Schedule(60.0)))
        yield found


def main() -> None:
    """Fill a store as the demo's crawl would within some time, and take the pictures."""
    jobs = [parse(line) for line in SEEDS.read_text("utf-8").splitlines()][:LATEST]
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/ranks.db"
        store = locate.open_records(address, create=True)
        for each in polls(jobs, time.time_ns() // 1_000_000):
            store.write(each)
        fits = [job.room_id for job in jobs if (found := store.latest(job.room_id)) and found.entry_count in ROWS]
        room = [*fits, jobs[0].room_id][0]
        store.close()
        setup = Setup(address, ZoneInfo("Asia/Shanghai"))
        with served(setup) as url, chromium() as browser:
            window = Window(browser, url, viewport={"width": 1280, "height": 800})
            page = window.open("/")
            page.screenshot(path=CHECKOUT / "docs" / "dashboard-wall.png")
            page = window.open(f"/rooms/{room}?vs=1h")
            page.wait_for_timeout(600)  # for the charts to come to rest
            page.screenshot(path=CHECKOUT / "docs" / "dashboard-room.png", full_page=True, clip=WHOLE)
            window.close()


if __name__ == "__main__":
    main()
