"""What follows when the gateway refuses a token, or asks to slow down: the crawl goes on with its other tokens."""

import logging

from scrapy.statscollectors import StatsCollector

from rankcrawler import durations, statistics
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)


class Refusals:
    """Sets tokens aside and lets them rest; when none is left to use, stops or holds the whole fleet."""

    def __init__(self, worker: Worker, keyring: Keyring, stats: StatsCollector) -> None:
        self._worker = worker
        self._keyring = keyring
        self._stats = stats

    async def set_aside(self, position: int, reason: str) -> None:
        """Use the token at that position no more; stop the fleet if it was the last."""
        keyring = self._keyring
        if not keyring.set_aside(position):
            return
        self._stats.inc_value(f"{statistics.TOKENS_REFUSED}{position}")
        logger.error("%s is set aside, %d left: %s", keyring.name(position).capitalize(), keyring.left, reason)
        if keyring.left == 0:
            await self._worker.halt(reason)

    def rest(self, position: int, seconds: float, reason: str) -> float:
        """Let the token at that position rest; returns the seconds until any token may be used."""
        self._keyring.rest(position, seconds)
        pause = self._keyring.pause()
        if not pause:
            name = self._keyring.name(position).capitalize()
            logger.warning("%s rests for %s: %s", name, durations.text(seconds), reason)
        return pause

    async def hold(self, pause: float, reason: str) -> None:
        """Hold the fleet while every token rests."""
        if pause:
            await self._worker.hold(pause)
            logger.warning("Holding every room for %s: %s", durations.text(pause), reason)
