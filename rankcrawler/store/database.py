"""What the store asks of a database: the same of SQLite and of PostgreSQL, each in its own way."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class Database(Protocol):
    """Runs the named queries of the .sql files. Its errors are StoreErrors, as rankcrawler.errors tells them apart."""

    place: str
    """Where it is, without its password."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written within is on disk when it ends, or none of it where an error ends it."""

    def prepare(self, days: Collection[int]) -> None:
        """Make room for rows of these days since 1970."""

    def all(self, name: str, *values: Any) -> list[Row]:
        """The rows that a query gives."""

    def each(self, name: str, rows: Sequence[Row]) -> list[list[Row]]:
        """The rows that a query gives for each of many sets of values, asked together."""

    def find(self, name: str, rows: Sequence[Row]) -> list[Row]:
        """The rows that a query finds for many sets of values, asked together; in no order."""

    def bulk(self, name: str, rows: Sequence[Row]) -> None:
        """Change something for each of many sets of values."""

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add whole rows to a table."""

    def sort_arrivals(self) -> None:
        """Have the rooms of users who came lately found by an index."""

    def version(self) -> int:
        """Of the schema."""

    def size(self) -> int:
        """Bytes on disk."""

    def purge(self, before_day: int) -> tuple[int, int, int]:
        """Remove what is older than a day; how many polls, lists and entries that were."""

    def close(self) -> None:
        """Close it; closing twice does no harm."""
