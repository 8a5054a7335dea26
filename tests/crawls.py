"""Crawls in processes of their own, to watch and to stop while they run."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rankcrawler.simulator.server import Gateway
from tests.gateways import FORKS, environment
from tests.warm import Files


class Crawl:
    """A worker process, and what it has logged."""

    def __init__(self, gateway: Gateway, data: Path, extra: Mapping[str, str], *options: str) -> None:
        data.mkdir(exist_ok=True)
        self._file = data / f"log-{time.monotonic_ns()}"
        self._file.touch()
        words = ("crawl", "ranklist", "-s", "CONCURRENT_REQUESTS=4", *options)
        quiet = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}  # Scrapy leaves a loop unclosed at the very end
        env = environment(gateway, data, dict(extra) | quiet)
        self._process = FORKS.start(words, env, Path.cwd(), Files(stderr=str(self._file)))

    @property
    def log(self) -> str:
        """Everything so far."""
        return self._file.read_text("utf-8")

    def says(self, words: str, seconds: float = 15) -> None:
        """Wait until it has said this."""
        until(lambda: words in self.log or self._process.poll() is not None, seconds)
        assert words in self.log, self.log

    def end(self, seconds: float = 30) -> int:
        """Its exit status."""
        return self._process.wait(seconds)

    def terminate(self) -> float:
        """Tell it to stop; the seconds that it takes."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        return time.monotonic() - began

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it, where it has not ended."""
        self._process.kill()
        self._process.wait(10)


@contextmanager
def crawling(gateway: Gateway, data: Path, extra: str | Mapping[str, str], *options: str) -> Iterator[Crawl]:
    """A worker beside a test, with settings of its own; one that is plain text is REDIS_URL."""
    crawl = Crawl(gateway, data, {"REDIS_URL": extra} if isinstance(extra, str) else extra, *options)
    try:
        yield crawl
    finally:
        crawl.kill()


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until it is so."""
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        assert waited < seconds, "it did not come about in time"
        time.sleep(min(max(0.005, waited / 20), 0.02))  # the longer it takes, the less a moment matters
