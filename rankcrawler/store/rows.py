"""Between a list's entries and the rows that stand for them in the table `entries`."""

from typing import NamedTuple

from msgspec.structs import astuple

from rankcrawler.items import RoomSnapshot
from rankcrawler.store.interning import CLUB, FLAGS, GRADE, SHOWN, Interned, Own, look_of

PRECISIONS = ("exact", "rounded", "withheld")
_CODES = {name: code for code, name in enumerate(PRECISIONS)}
_RANK = 6


class EntryRow(NamedTuple):
    """A row of `entries`, without the list and the position that it belongs to; and whose it is."""

    rank: int
    score: int | None
    exactly_score: int | None
    score_precision: int
    delta: int | None
    has_no_delta: int | None
    profile_key: int
    grade_key: int
    club_key: int
    flags: int | None
    user_key: int | None


def owns_of(snapshot: RoomSnapshot) -> list[Own]:
    """The fields of a list's entries."""
    return [astuple(entry) for entry in snapshot.entries]


def rows_of(owns: list[Own], interned: Interned, source: int) -> list[EntryRow]:
    """The rows of a list; KeyError where the key of something in it was not learned yet."""
    looks, grades, clubs, texts = interned.looks(source), interned.grades, interned.clubs, interned.texts
    rows: list[EntryRow] = []
    above: int | None = None
    for own in owns:
        rank, score, exactly, precision, delta = own[_RANK : _RANK + 5]
        gap = 0 if above is None or score is None else above - score
        flags = own[FLAGS]
        profile_key, user_key = looks[look_of(own)]
        rows.append(
            EntryRow(
                rank,
                score,
                None if exactly is None else texts[exactly],
                _CODES[precision],
                None if delta == gap else delta,
                1 if delta is None else None,
                profile_key,
                grades[own[GRADE:CLUB]],
                clubs[own[CLUB:SHOWN]],
                texts[" ".join(flags)] if flags else None,
                user_key,
            )
        )
        above = score
    return rows
