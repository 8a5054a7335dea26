"""What differs between lists of a chain is told without comparing all rows, and is the same."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.store import tally
from rankcrawler.store.changes import Changed, Changes
from rankcrawler.store.laying import Laid, Listed
from rankcrawler.store.shown import Scored, scores_of

ROWS = st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 6)), st.one_of(st.none(), st.integers(0, 9))), max_size=5)
NAMED = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 9)), max_size=6, unique_by=lambda row: row[0])


def lay(now: Laid[Scored], rows: Sequence[Scored], changes: Changes, *, is_whole: bool) -> Laid[Scored]:
    """Lay a list over the one before, of which only the rows are written that differ."""
    before = {} if is_whole else now.rows
    there = {at: row for at, row in enumerate(rows, 1) if before.get(at) != row}
    gone = [*now.rows.values()] if is_whole else now.going(len(rows), there)
    now = Laid() if is_whole else now
    now.lay(Listed(0 if is_whole else 1, len(rows), now.counted + len(there)), there)
    changes.note(gone, there.values(), now.rows)
    return now


@given(st.lists(st.tuples(st.one_of(ROWS, NAMED, NAMED), st.booleans(), st.booleans()), min_size=1, max_size=8), NAMED)
def test_a_change_says_what_comparing_all_rows_says(
    lists: list[tuple[list[Scored], bool, bool]], first: list[Scored]
) -> None:
    now = Laid[Scored]()
    changes = Changes({})
    now = lay(now, first, changes, is_whole=True)
    last: Sequence[Scored] = () if changes.taken() is None else first
    for rows, is_whole, is_taken in lists:
        now = lay(now, rows, changes, is_whole=is_whole)
        if is_taken:
            changed, scores = changes.taken(), scores_of(rows)
            if changed is not None:
                assert len(scores) == len(rows)
                assert tally.change(changed.was, changed.now) == tally.change(scores_of(last), scores)
            last = rows


def test_a_change_is_known_again_after_a_masked_list() -> None:
    now, changes = Laid[Scored](), Changes({})
    found = []
    for rows in (
        [(1, 9), (2, 5)],
        [(1, 9), (None, 5)],
        [(1, 9), (2, 6)],
        [(2, 10), (1, 9)],
        [(2, 10), (2, 9)],
        [(3, 1)],
    ):
        now = lay(now, rows, changes, is_whole=not now.rows)
        found.append(changes.taken())
    assert [each is None for each in found] == [False, True, True, False, True, True]
    assert found[3] == ({1: 9, 2: 6}, {2: 10, 1: 9})


def test_a_change_is_known_again_after_a_list_that_lacks_rows() -> None:
    now, changes = Laid[Scored](), Changes({})
    now = lay(now, [(1, 9), (2, 5), (3, 4)], changes, is_whole=True)
    changes.taken()
    now.lay(Listed(1, 3, now.counted + 1), {})
    assert not now.is_sound
    changes.note([], [], now.rows)
    changes.forget()
    found: list[Changed | None] = []
    for rows in ([(4, 9), (5, 5)], [(4, 9), (5, 6)]):
        now = lay(now, rows, changes, is_whole=not found)
        found.append(changes.taken())
    assert found == [None, ({5: 5}, {5: 6})]
