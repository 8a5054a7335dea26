"""Answers each question from the store as it was at one moment."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from rankcrawler.insight.ground import Ground


class Asked(Protocol):
    """What is asked questions."""

    records: Ground


_Store = TypeVar("_Store", bound=Asked)
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def of_one_moment(
    question: Callable[Concatenate[_Store, _Given], _Answer],
) -> Callable[Concatenate[_Store, _Given], _Answer]:
    """A question that takes several queries, all of which see what the first one sees."""

    @wraps(question)
    def answered(store: _Store, /, *args: _Given.args, **options: _Given.kwargs) -> _Answer:
        with store.records.database.unchanging():
            return question(store, *args, **options)

    return answered
