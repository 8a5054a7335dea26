"""Where answers come from: the store, the queue, the alerts, and what has changed in them."""

import secrets
import time
from collections.abc import Callable

from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.events.feed import Feed
from rankcrawler.serve.events.watcher import Watcher
from rankcrawler.serve.fleet_metrics import FleetMetrics
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.shelf import Shelf


class Sources:
    """What a server keeps open; nothing is opened before it is needed."""

    def __init__(self, setup: Setup, now_ms: Callable[[], int] | None = None) -> None:
        self.desk = Desk(setup, now_ms)
        self.shelf = Shelf(self.desk, now_ms or (lambda: time.time_ns() // 1_000_000))
        self.queues = Queues(setup.queue)
        self.alerts = Alerts(setup, now_ms)
        self.feed = Feed(secrets.token_hex(4))
        self.watcher = Watcher(self.desk, self.queues, self.alerts, self.feed)
        self.fleet_metrics = FleetMetrics(self.desk, self.queues, self.feed, now_ms)

    async def close(self) -> None:
        """Close everything."""
        self.feed.close()
        await self.watcher.close()
        await self.queues.close()
        self.desk.close()
