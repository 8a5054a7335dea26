"""Values of rows as both databases take them, and back."""

from collections.abc import Iterable
from typing import Any

from rankcrawler.model.columns import Column
from rankcrawler.store.database import Record
from rankcrawler.store.text import decoded, encoded


def plain(values: Iterable[Any]) -> Record:
    """Values as they are stored: a boolean as a number, a list of texts as one text, or null if it is empty."""
    return tuple(
        [
            encoded(each)
            if type(each) is str
            else int(each)
            if type(each) is bool
            else encoded(" ".join(each)) or None
            if type(each) is tuple
            else each
            for each in values
        ]
    )


def restored(record: Iterable[Any]) -> Record:
    """A record with its texts as they were before they were stored."""
    return tuple([decoded(value) if type(value) is str else value for value in record])


def truth(number: int | None) -> bool | None:
    """The boolean that a number stands for."""
    return None if number is None else bool(number)


def texts(joined: str | None) -> tuple[str, ...]:
    """The list of texts that one text stands for."""
    return tuple(joined.split(" ")) if joined else ()


def absent(column: Column) -> Any:
    """The value of a column in rows from before it."""
    return () if column.type is tuple else None


def conversions(columns: Iterable[Column]) -> list[tuple[int, Any]]:
    """What turns stored values of columns back, each with the place of its column."""
    back = {bool: truth, tuple: texts}
    return [(place, back[each.type]) for place, each in enumerate(columns) if each.type in back]
