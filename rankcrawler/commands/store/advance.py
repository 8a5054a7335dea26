"""How far an export or a copy has come: a bar on standard error, if that is a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rankcrawler.language import tr

Part = TypeVar("Part")


def _one(_: object) -> int:
    return 1


class Advance:
    """Counts parts that pass through; `expected` is asked how many there will be if there is a bar to show.

    `what` says on the bar what is counted: lists, if it is left out.
    """

    def __init__(self, expected: Callable[[], int | None], what: str | None = None) -> None:
        self.done = 0
        self._what = what
        self._expected = expected
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def through(self, parts: Iterable[Part], weight: Callable[[Part], int] = _one) -> Iterator[Part]:
        """The parts, one after the other; `weight` is as how many one counts."""
        task = None if self._bar is None else self._bar.add_task(self._what or tr("lists"), total=self._expected())
        for each in parts:
            yield each
            self.done += weight(each)
            if self._bar is not None and task is not None:
                self._bar.advance(task, weight(each))
