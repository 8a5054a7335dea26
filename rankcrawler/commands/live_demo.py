"""Keeps the demo going for someone who looks: a crawl polls its rooms again and again, and pages show them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rankcrawler.commands.stopping import stopped_by_signal
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup

_EVERY = 5
"""Seconds between polls of a room."""
_PORT = 8788
"""The usual one of `serve`; if it is taken, any."""
_STOP_SECONDS = 15


def show(options: Options, folder: Path, rooms: str, environment: Mapping[str, str]) -> None:
    """Poll a file of rooms again and again, and serve pages of them, until Ctrl-C; prints their address.

    `environment` is that of the crawl.
    """
    ours = replace(
        options,
        data_dir=folder,
        store_url=f"sqlite:///{folder / 'ranks.db'}",
        redis={**dict.fromkeys(options.redis), "REDIS_PARAMS": {}},
        gateway_name=None,
        api_token="",
        pseudonymise_key="",
    )
    with _crawling(folder, rooms, environment):
        asyncio.run(_serve(Setup.of(ours)))


async def _serve(setup: Setup) -> None:
    try:
        await _serve_at(setup, _PORT)
    except OSError:  # the port is taken
        await _serve_at(setup, 0)


async def _serve_at(setup: Setup, port: int) -> None:
    async with serve(setup, port=port) as url:
        print(tr("The dashboard: {url}  (its rooms are polled every {seconds} s)", url=url, seconds=_EVERY))
        print(tr("Stop: Ctrl-C"), flush=True)
        await stopped_by_signal().wait()


@contextmanager
def _crawling(folder: Path, rooms: str, environment: Mapping[str, str]) -> Iterator[None]:
    """A crawl in a process of its own; what it says goes to a file."""
    jobs = [job for job in roomlist.read(rooms) if isinstance(job, Job)]
    lines = (json.dumps({"room_id": job.room_id, "anchor_id": job.anchor_id, "every": _EVERY}) for job in jobs)
    again = folder / "again.jsonl"
    again.write_text("\n".join(lines) + "\n", "utf-8")
    command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist", "-a", f"rooms={again}", "-L", "WARNING"]
    with (folder / "crawl.log").open("wb") as log:
        crawl = subprocess.Popen(  # noqa: S603 — no part of the command is foreign input
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(environment), start_new_session=True
        )
        try:
            yield
        finally:
            crawl.terminate()
            try:
                crawl.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                crawl.kill()
                crawl.wait()
