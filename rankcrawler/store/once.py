"""Has each query run once, as long as nothing changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rankcrawler.store.database import Record


class Once:
    """What queries found, while it is kept."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], list[Record]] | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Within the block nothing changes."""
        self._found = {}
        try:
            yield
        finally:
            self._found = None

    def records(self, query: tuple[object, ...], run: Callable[[], list[Record]]) -> list[Record]:
        """What a query finds, which is named with its values; a list of the caller's own."""
        if self._found is None:
            return run()
        if query not in self._found:
            self._found[query] = run()
        return [*self._found[query]]
