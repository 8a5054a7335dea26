"""What the store asks of a database; SQLite and PostgreSQL each implement it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from rankcrawler.store.tables import Table

Record = tuple[Any, ...]
"""A record of a table, or of a query's result."""


class Database(Protocol):
    """Runs the named queries of the .sql files. Raises StoreErrors, as rankcrawler.errors distinguishes them.

    Opened with a number of `seconds`, it gives up what is read in one `unchanging` after that time, with TookTooLong.
    """

    place: str
    """Where it is, without its password."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commits on exit, safe on disk; rolls back if an error ends the block."""

    def alone(self) -> AbstractContextManager[None]:
        """A transaction without writers beside it."""

    def unchanging(self) -> AbstractContextManager[None]:
        """Queries in the block all see the store as it was at the first of them, whatever is written beside it.

        May be nested; what is inside belongs to the outermost.
        """

    def prepare(self, days: Collection[int]) -> None:
        """Make room for records of these days since 1970."""

    def all(self, name: str, **values: Any) -> list[Record]:
        """Run a query; returns its records."""

    def each(self, name: str, values: Sequence[Mapping[str, Any]]) -> list[list[Record]]:
        """Run a query once for each set of values, together; returns the records of each."""

    def find(self, name: str, rows: Sequence[Record]) -> list[Record]:
        """Run a query for many rows at once; returns its records, in no order."""

    def bulk(self, name: str, rows: Sequence[Record]) -> None:
        """Run a query that changes something for many rows at once."""

    def at_once(self) -> AbstractContextManager[object]:
        """Changes in the block may be sent without waiting for each; its end raises what one of them raises."""

    def insert(self, table: Table, rows: Sequence[Record]) -> None:
        """Add records."""

    def sort_arrivals(self) -> None:
        """Sort the latest visits in, so that an index finds them."""

    def version(self) -> int:
        """The schema's version."""

    def state(self) -> str:
        """What differs after anything was written.

        Raises StoreError if what was opened is not in its place, or has been migrated.
        """

    def broken_indexes(self) -> list[tuple[str, str]] | None:
        """Indexes that do not fit their tables, each with what is wrong; None if the database cannot tell."""

    def rebuild_indexes(self) -> None:
        """Build the broken indexes again, from their tables; within `alone`."""

    def size(self) -> int:
        """Bytes on disk."""

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove all days before one; returns how many polls, lists and rows of lists that were."""

    def close(self) -> None:
        """Close the database; closing twice is harmless."""
