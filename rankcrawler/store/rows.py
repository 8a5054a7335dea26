"""Between a list's entries and the rows that stand for them in the table `entries`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import astuple

from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.interning import FLAGS, FactKeys, Own
from rankcrawler.store.words import AS_SCORE, words_of

PRECISIONS = ("exact", "rounded", "withheld")
_CODES = {name: code for code, name in enumerate(PRECISIONS)}
_RANK = 6
_SCORE, _EXACTLY = _RANK + 1, _RANK + 2


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


_row = tuple.__new__  # half the time of EntryRow(…)


def owns_of(snapshot: RoomSnapshot) -> list[Own]:
    """The fields of a list's entries."""
    return [astuple(entry) for entry in snapshot.entries]


def other_words(owns: list[Own]) -> dict[int, str]:
    """The display texts that are not the score in words, by the place of their rows."""
    return {
        place: own[_EXACTLY]
        for place, own in enumerate(owns)
        if own[_EXACTLY] != words_of(own[_SCORE]) and own[_EXACTLY] is not None
    }


def flags_of(owns: list[Own]) -> Iterator[str]:
    """The flags of rows that have some."""
    return (" ".join(own[FLAGS]) for own in owns if own[FLAGS])


def rows_of(
    owns: list[Own], facts: Sequence[FactKeys], others: Mapping[int, str], texts: Mapping[str, int]
) -> list[EntryRow]:
    """The rows of a list, given the keys of each entry's facts, its `other_words`, and the keys of its texts."""
    rows: list[EntryRow] = []
    above: int | None = None
    for own, (profile_key, grade_key, club_key, user_key) in zip(owns, facts, strict=True):
        rank, score, exactly, precision, delta = own[_RANK : _RANK + 5]
        gap = 0 if above is None or score is None else above - score
        flags = own[FLAGS]
        values = (
            rank,
            score,
            None if exactly is None else AS_SCORE,
            _CODES[precision],
            None if delta == gap else delta,
            1 if delta is None else None,
            profile_key,
            grade_key,
            club_key,
            texts[" ".join(flags)] if flags else None,
            user_key,
        )
        rows.append(_row(EntryRow, values))
        above = score
    for place, text in others.items():
        rows[place] = rows[place]._replace(exactly_score=texts[text])
    return rows
