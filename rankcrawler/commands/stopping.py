"""How a command that serves is stopped."""

import asyncio
import signal


def stopped_by_signal() -> asyncio.Event:
    """An event that the first SIGINT or SIGTERM sets."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped
