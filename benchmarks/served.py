"""Serves a store at another time than it is: `python -m benchmarks.served sqlite:///FILE NOW_MS`.

So questions about today find the day that a benchmark has filled. All else is as with `rankcrawler serve`.
"""

import asyncio
import sys
import time
from zoneinfo import ZoneInfo

from rankcrawler.commands.stopping import stopped_by_signal
from rankcrawler.serve import process
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup


async def main(where: str, now_ms: int) -> None:
    """Print the address, and serve until a signal comes."""
    process.prepare()
    ahead = now_ms - time.time_ns() // 1_000_000
    stopped = stopped_by_signal()
    setup = Setup(where, ZoneInfo("Asia/Shanghai"))
    async with serve(setup, now_ms=lambda: time.time_ns() // 1_000_000 + ahead) as url:
        process.settle()
        print(url, flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
