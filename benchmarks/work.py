"""The work of a run, and how to count what a contestant stored."""

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
    """The work of one run: poll every room `times` times and store the rows in the run's folder or database."""

    gateway: Gateway
    rooms: list[str]
    entries: int
    folder: Path
    database: str = ""
    """The address of a new PostgreSQL database if the contestant uses one, else empty."""
    times: int = 1

    @property
    def polls(self) -> list[str]:
        """The room of each poll."""
        return self.rooms * self.times

    @property
    def rows(self) -> int:
        """The exact number of rows that must be stored."""
        return len(self.polls) * self.entries

    def list_polls(self) -> Path:
        """Write a file with the room id of each poll in a line, and return its path."""
        path = self.folder / "rooms.txt"
        path.write_text("".join(f"{room}\n" for room in self.polls), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Contestant:
    """A program to compare. `prepare` may run a server during the command; `stored` counts the rows afterwards."""

    name: str
    share: int  # polls 1/share of the rooms, so that slow contestants do not take most of the time
    prepare: Callable[[Work], AbstractContextManager[Command]]
    stored: Callable[[Work], int]
    needs: Path | None = None  # a file that it needs to run
    in_postgresql: bool = False
    is_recurring: bool = False
    """Whether it polls rooms again by itself, until it has seen as many lists as wanted."""

    @property
    def absence(self) -> str | None:
        """Why it cannot run; None if it can."""
        if self.needs is not None and not self.needs.exists():
            return f"{self.name} is left out: there is no {self.needs}; make .venv/.rivals installs it"
        if self.in_postgresql and (why := postgresql.missing()):
            return f"{self.name} is left out: {why}"
        return None


def lines(path: str) -> Callable[[Work], int]:
    """Return a function that counts the lines of a file in the run's folder."""

    def count(work: Work) -> int:
        with (work.folder / path).open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))

    return count


def table_rows(path: str, query: str) -> Callable[[Work], int]:
    """Return a function that runs a query for a number of rows on a SQLite file in the run's folder."""

    def count(work: Work) -> int:
        with contextlib.closing(sqlite3.connect(work.folder / path)) as database:
            return int(database.execute(query).fetchone()[0])

    return count


def database_rows(query: str) -> Callable[[Work], int]:
    """Return a function that runs a query for a number of rows on the run's database."""

    def count(work: Work) -> int:
        with psycopg.connect(work.database) as database:
            found = database.execute(query.encode()).fetchone()
            return int(found[0]) if found else 0

    return count
