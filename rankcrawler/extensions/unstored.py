"""Finds the rooms whose poll never reached the store, because another component replaced it or took it away."""

import asyncio
from collections.abc import Callable, Iterable

from scrapy import Request

from rankcrawler.queue.lease import Lease

_INTERVAL = 0.5
"""Seconds between two looks."""


class Unstored:
    """The leases whose answer has been parsed, until they are settled.

    `scraped` returns the requests whose items are still in the pipelines. `missed` is called with each lease whose
    items have all left them, though none was stored or failed.
    """

    def __init__(self, scraped: Callable[[], Iterable[Request]], missed: Callable[[Lease], None]) -> None:
        self._scraped = scraped
        self._missed = missed
        self._parsed: dict[int, Lease] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, lease: Lease) -> None:
        """The answer for this lease has been parsed."""
        self._parsed[lease.fence] = lease
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    def end(self, lease: Lease) -> None:
        """The lease is settled."""
        self._parsed.pop(lease.fence, None)

    def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()

    def look(self) -> None:
        """Report each lease that nothing will settle any more."""
        busy = {id(request.cb_kwargs.get("lease")) for request in self._scraped()}
        for lease in [each for each in self._parsed.values() if id(each) not in busy]:
            self._missed(lease)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL)
            self.look()
