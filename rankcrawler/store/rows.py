"""Turns the rows of a list into records of the table `entries`."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from rankcrawler.model.columns import getter
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import layout
from rankcrawler.store.interning import FactKeys
from rankcrawler.store.values import plain
from rankcrawler.store.words import AS_SCORE, words_of

PRECISIONS = ("exact", "rounded", "withheld")
_CODES = {name: code for code, name in enumerate(PRECISIONS)}
_own_of = attrgetter(*layout.OWN)
_others_of = getter(layout.OTHERS) if layout.OTHERS else None


class EntryRow(NamedTuple):
    """A record of `entries`, without its list and position, and with its contributor."""

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
    others: tuple[Any, ...] = ()
    """The values of layout.OTHERS."""


USER_AT = EntryRow._fields.index("user_key")
"""What comes before is stored, and so are the `others`."""

_row = tuple.__new__  # half the time of EntryRow(…)


def other_words(rows: Sequence[RankEntry]) -> dict[int, str]:
    """The display texts that are not the score in words, by the index of their rows."""
    return {
        index: row.exactly_score
        for index, row in enumerate(rows)
        if row.exactly_score != words_of(row.score) and row.exactly_score is not None
    }


def flags_of(rows: Sequence[RankEntry]) -> Iterator[str]:
    """The flags of rows that have some."""
    return (" ".join(row.flags) for row in rows if row.flags)


def entry_rows(
    rows: Sequence[RankEntry], facts: Sequence[FactKeys], words: Mapping[int, str], texts: Mapping[str, int]
) -> list[EntryRow]:
    """The records of a list, given the keys of each row's facts, its `other_words`, and the keys of its texts."""
    made: list[EntryRow] = []
    above: int | None = None
    for row, (profile_key, grade_key, club_key, user_key) in zip(rows, facts, strict=True):
        rank, score, exactly, precision, delta, flags = _own_of(row)
        gap = 0 if above is None or score is None else above - score
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
            () if _others_of is None else plain(_others_of(row)),
        )
        made.append(_row(EntryRow, values))
        above = score
    for index, text in words.items():
        made[index] = made[index]._replace(exactly_score=texts[text])
    return made
