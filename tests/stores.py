"""The stores that tests run on: a file, a database of a real server, a folder."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from rankcrawler.store import locate
from rankcrawler.store.contract import Records
from tests.postgresql import PostgresServer

DATABASES = ("sqlite", "postgresql")


def address(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of a new store of that kind."""
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.database()
    return f"sqlite:///{folder}/ranks.db" if kind == "sqlite" else f"jsonl:{folder}/ranks"


def create(where: str) -> None:
    """Create a store in which nothing is."""
    locate.open_records(where, create=True).close()


def ready(kind: str, folder: Path, request: pytest.FixtureRequest, fill: Callable[[str], None] = create) -> str:
    """The address of a new store like one that was filled by that function, which is done once for all tests.

    For tests that do not ask how a store comes to what it begins with. JSON Lines begin with nothing.
    """
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.copy(f"{fill.__module__}.{fill.__qualname__}", fill)
    if kind == "sqlite":
        file = folder / "ranks.db"
        file.touch(0o600)
        file.write_bytes(_file(fill))
    return address(kind, folder, request)


@cache
def _file(fill: Callable[[str], None]) -> bytes:
    """The file of a store in SQLite that was filled by that function."""
    with tempfile.TemporaryDirectory() as folder:
        fill(f"sqlite:///{folder}/ranks.db")
        [file] = Path(folder).iterdir()
        return file.read_bytes()


@contextmanager
def records(where: str) -> Iterator[Callable[[], Records]]:
    """Opens the store, any number of times at once."""
    opened: list[Records] = []

    def open_it() -> Records:
        opened.append(locate.open_records(where, create=True))
        return opened[-1]

    try:
        yield open_it
    finally:
        for store in opened:
            store.close()
