"""What copying asks of either database; SQLite and PostgreSQL each implement it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from rankcrawler.store.database import Record
from rankcrawler.store.dialects import Dialect
from rankcrawler.store.moving.held import Held


class Side(Protocol):
    """A connection to the old store or the new one. Raises StoreErrors that name it."""

    place: str
    """Where it is, without its password."""
    dialect: Dialect

    def run(self, query: str, values: Sequence[Any] = ()) -> list[Record]:
        """Run a query; returns its records."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commits on exit, safe on disk; rolls back if an error ends the block."""

    def unwritten(self) -> AbstractContextManager[None]:
        """Keeps every writer waiting, and sees the store as it is at the beginning; changes nothing."""

    def add(self, table: Held, rows: Sequence[Record]) -> None:
        """Add records, within a transaction."""

    def prepare(self, table: Held, rows: Sequence[Record]) -> None:
        """Make room for records, before the transaction that adds them."""

    def version(self) -> int:
        """The schema's version; 0 if there are no tables."""

    def set_version(self, version: int) -> None:
        """Set it, within a transaction."""

    def complete(self, tables: Sequence[Held]) -> None:
        """Have new keys follow the last that was copied; within the transaction that ends the copying."""

    def close(self) -> None:
        """Close the connection; closing twice is harmless."""
