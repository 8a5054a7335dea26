"""Where a request waits between the spider, which leased its room, and the downloader: nearly never for long.

Rooms wait in the queue, which knows when each is due. Scrapy's own scheduler would look for duplicates, and polling
a room twice is the point; keep priorities, of which there are none here; and takes a tenth of a poll's time for it.
"""

from collections import deque

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler


class Handover(BaseScheduler):
    """First in, first out."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque()

    def has_pending_requests(self) -> bool:
        """Whether a request waits."""
        return bool(self._requests)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request: always."""
        self._requests.append(request)
        return True

    def next_request(self) -> Request | None:
        """The request that has waited longest."""
        return self._requests.popleft() if self._requests else None
