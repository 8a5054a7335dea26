"""The stores that tests run on: a file, a database of a real server, a folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
