"""Answers a question from one moment of the store, while others write to it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from rankcrawler.insight.ground import Ground


class _Asked(Protocol):
    """Something that is asked questions."""

    records: Ground


_Store = TypeVar("_Store", bound=_Asked)
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def unchanging(
    question: Callable[Concatenate[_Store, _Given], _Answer],
) -> Callable[Concatenate[_Store, _Given], _Answer]:
    """Answers a question from the store as it was at one moment, however many queries that takes."""

    @wraps(question)
    def answered(store: _Store, /, *args: _Given.args, **options: _Given.kwargs) -> _Answer:
        with store.records.unchanging():
            return question(store, *args, **options)

    return answered
