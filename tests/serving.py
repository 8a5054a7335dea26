"""What `serve` serves, from a thread, and a browser's part of it: cookies and forms."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from tests.plain_http import CONTEXT

BEIJING = ZoneInfo("Asia/Shanghai")
_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@contextmanager
def served(setup: Setup, **options: Any) -> Iterator[str]:
    """The address of a server, in a thread."""
    up: list[str] = []
    ready, loop = Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serving() -> None:
        async with serve(setup, **options) as url:
            up.append(url)
            ready.set()
            await over.wait()

    thread = Thread(target=loop.run_until_complete, args=(serving(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield up[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def browser(url: str, **options: Any) -> httpx.Client:
    """A client that keeps cookies, as a browser does; it does not follow redirections."""
    return httpx.Client(base_url=url, headers={"Accept-Language": "en"}, timeout=10, verify=CONTEXT, **options)


def form_token(client: httpx.Client, path: str = "/login") -> str:
    """The token in the forms of a page."""
    found = _FIELD.search(client.get(path).text)
    assert found is not None
    return found[1]


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Send a form, as a page of the server would."""
    origin = str(client.base_url).rstrip("/")
    return client.post(path, data=fields, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
