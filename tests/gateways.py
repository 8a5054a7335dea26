"""A simulated gateway beside a test, and crawls as a user starts them."""

import asyncio
import os
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scrapy.settings import Settings

from rankcrawler.gateways import profiles
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.options import Options
from rankcrawler.simulator.clock import Clock, frozen
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.server import Gateway as Served
from rankcrawler.simulator.server import serve
from rankcrawler.simulator.world import World
from tests import books, warm

NOON = 1_790_000_000_000
TOKEN = "a-canary-token"
_OURS = ("GATEWAY_", "REDIS_", "STORE_URL", "DATA_DIR", "ROOM_", "SCRAPY_")


class Simulated(Served, frozen=True):
    """A simulated gateway, and the stores of those who were sent to it."""

    journal: books.Journal
    stores: set[tuple[str, str]]
    """Their addresses, each with the name of the gateway in it."""

    @property
    def source(self) -> str:
        """Its name in data."""
        return Gateway(Address.of(self.url), profile=profiles.named(self.profile)).source

    def balance(self) -> books.Balance:
        """What it gave out, held against what is on record."""
        kept = books.Books(Counter(), Counter())
        for where, source in self.stores:
            kept = kept.and_also(books.on_record(where, source))
        return books.balance(self.journal.books(), kept)


@contextmanager
def simulated(
    world: World | None = None,
    *,
    clock: Clock | None = None,
    faults: Faults | None = None,
    lost: int = 0,
    profile: str = profiles.DEFAULT,
) -> Iterator[Simulated]:
    """Serve a world, its clock standing still at NOON unless another is given, from a thread; as a profile's gateway.

    When the context ends, all that it gave out must be on record, but for `lost` answers: as many as may have been on
    their way to a worker that was killed or stopped. AssertionError where it is not, or where more is on record.
    """
    loop = asyncio.new_event_loop()
    journal = books.Journal()
    up: list[Simulated] = []
    ready, over = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with serve(
            world or World(1),
            token=TOKEN,
            clock=clock or frozen(NOON),
            faults=faults,
            ledger=journal,
            profile=profile,
        ) as gateway:
            up.append(Simulated(gateway.url, gateway.token, journal, profile, journal, set()))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield up[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
    balance = up[0].balance()
    assert (balance.lost[lost:], balance.invented) == ([], []), balance


def environment(gateway: Served | None, data: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a user who has set up this gateway and nothing else; every warning is an error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    clean |= {"DATA_DIR": str(data), "PYTHONWARNINGS": "error", "ROOM_BACKOFF": "0.05"}
    clean |= {"COLUMNS": "160", "LANGUAGE": "en"}
    if gateway is not None:
        clean |= {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": gateway.token, "GATEWAY_PROFILE": gateway.profile}
    clean |= dict(extra or {})
    if isinstance(gateway, Simulated):
        options = Options.of(Settings(), clean)
        gateway.stores.add((options.store_url, Gateway.of(options).source))
    return clean


def holding(word: str, folder: Path) -> list[Path]:
    """The files that hold a word."""
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def run(*args: str, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 60) -> "Finished":
    """Run a command line of ours to its end."""
    with tempfile.TemporaryDirectory() as folder:
        files = warm.Files(stdout=f"{folder}/out", stderr=f"{folder}/err")
        status = ended(FORKS.start(args, env, cwd or Path.cwd(), files), timeout)
        return Finished(args, status, Path(files.stdout).read_text(), Path(files.stderr).read_text())


def ended(process: warm.Process, timeout: float = 60) -> int:
    """The exit status of a process, once it has ended; kills it, and raises TimeoutExpired, if it does not in time."""
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


FORKS = warm.Forks()
"""Those of all tests of a process."""
Finished = subprocess.CompletedProcess[str]
