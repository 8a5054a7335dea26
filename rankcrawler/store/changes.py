"""Follows a chain of lists, and tells what differs from one to a later one without comparing all their rows."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, cast

from rankcrawler.store.shown import Scored, Scores


class Changed(NamedTuple):
    """The contributors whose rows were written or removed since an earlier list."""

    was: Scores
    """Their scores in that list, if they are in it."""
    now: Scores
    """Their scores in the later one, if they are in it."""


_NOTHING = Changed({}, {})


class Changes:
    """What differs since the list that was taken last.

    That is known while each row of the lists is that of another contributor: neither anonymised nor listed twice.
    """

    def __init__(self, rows: Mapping[int, Scored], *, are_known: bool = True) -> None:
        self._users = _each(rows.values())
        """Whose rows the list has that was noted last; None if two of its rows may be of the same contributor."""
        self._changed = _NOTHING if are_known and self._users is not None else None

    def note(self, gone: Collection[Scored], there: Collection[Scored], rows: Mapping[int, Scored]) -> None:
        """Note a list: the rows that are not in it any more, those that are written for it, and all of its rows."""
        was, now = cast("Scores", dict(gone)), cast("Scores", dict(there))
        if self._users is None or len(now) < len(there) or (was.keys() != now.keys() and not self._let_in(was, now)):
            self._users, self._changed = _each(rows.values()), None
        elif self._changed is not None:
            then = Changed(was, now)
            self._changed = then if self._changed is _NOTHING else _joined(self._changed, then)

    def forget(self) -> None:
        """Note that rows of the list that was noted last may be missing."""
        self._users = self._changed = None

    def taken(self) -> Changed | None:
        """What differs since the last time that this was asked; None if that is not known."""
        changed = self._changed
        self._changed = None if self._users is None else _NOTHING
        return changed

    def _let_in(self, was: Scores, now: Scores) -> bool:
        """Whether no one who is new is already there."""
        assert self._users is not None
        entered = now.keys() - was.keys()
        if None in entered or not self._users.isdisjoint(entered):
            return False
        self._users -= was.keys() - now.keys()
        self._users |= entered
        return True


def _each(rows: Collection[Scored]) -> set[int] | None:
    """Whose the rows are, each of which is that of another contributor; None for others."""
    users = {row[0] for row in rows}
    return {user for user in users if user is not None} if len(users) == len(rows) and None not in users else None


def _joined(first: Changed, then: Changed) -> Changed:
    """The change from the list before one to the list after another."""
    was = first.was | {user: score for user, score in then.was.items() if user not in first.now}
    return Changed(was, {user: score for user, score in first.now.items() if user not in then.was} | then.now)
