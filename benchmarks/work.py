"""What a contestant is given to do, and how it is told what it did."""

import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.meter import Command
from benchmarks.serving import Gateway
from tests import postgresql


@dataclass(frozen=True)
class Work:
    """What one run is to do: poll every room once and store its ranks in a folder of its own."""

    gateway: Gateway
    rooms: list[str]
    entries: int
    folder: Path
    database: str = ""
    """The address of a new database in PostgreSQL, where the contestant stores into one."""

    @property
    def rows(self) -> int:
        """The number of rows that must be stored, neither more nor less."""
        return len(self.rooms) * self.entries

    def list_rooms(self) -> Path:
        """A file with a room id a line."""
        path = self.folder / "rooms.txt"
        path.write_text("".join(f"{room}\n" for room in self.rooms), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Contestant:
    """`prepare` may keep a server up while the command runs; `stored` counts the rows afterwards."""

    name: str
    share: int  # polls one of so many rooms, so that the slow do not take all the time
    prepare: Callable[[Work], AbstractContextManager[Command]]
    stored: Callable[[Work], int]
    needs: Path | None = None  # a file without which it cannot run
    in_postgresql: bool = False

    @property
    def absence(self) -> str | None:
        """Why it cannot run, if it cannot."""
        if self.needs is not None and not self.needs.exists():
            return f"{self.name} is left out: there is no {self.needs}; make .venv/.rivals installs it"
        if self.in_postgresql and (why := postgresql.missing()):
            return f"{self.name} is left out: {why}"
        return None


def lines(path: str) -> Callable[[Work], int]:
    """A count of the lines of a file in the run's folder."""

    def count(work: Work) -> int:
        with (work.folder / path).open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))

    return count


def table_rows(path: str, table: str) -> Callable[[Work], int]:
    """A count of the rows in a table of a SQLite file in the run's folder."""

    def count(work: Work) -> int:
        with contextlib.closing(sqlite3.connect(work.folder / path)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 — names of ours

    return count


def database_rows(table: str) -> Callable[[Work], int]:
    """A count of the rows in a table of the run's database."""

    def count(work: Work) -> int:
        with psycopg.connect(work.database) as database:
            found = database.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 — names of ours
            return int(found[0]) if found else 0

    return count
