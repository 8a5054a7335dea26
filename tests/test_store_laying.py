"""The rows of a chain: which lists are sound is decided exactly, whatever rows or lists are missing."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.store.laying import Laid, Listed, laid


class Written(NamedTuple):
    """A list as it was written: the rows that differ from the list before."""

    listed: Listed
    rows: dict[int, str]


@st.composite
def chains(draw: st.DrawFn) -> list[Written]:
    """Chains of up to eight lists of up to five rows; a list that becomes longer has all its new rows."""
    count, total, written = draw(st.integers(1, 5)), 0, []
    for step in range(draw(st.integers(1, 8))):
        before, count = (0, count) if step == 0 else (count, draw(st.integers(1, 5)))
        new = set(range(before + 1, count + 1))
        positions = new | draw(st.sets(st.integers(1, count)))
        total += len(positions)
        rows = {position: f"{step}.{position}" for position in sorted(positions)}
        written.append(Written(Listed(step, count, total), rows))
    return written


def served(chain: list[Written]) -> dict[int, str]:
    """The rows of the last list of a chain."""
    rows: dict[int, str] = {}
    for listed, own in chain:
        rows = {position: row for position, row in (rows | own).items() if position <= listed.entry_count}
    return rows


def read(chain: list[Written], last: Listed) -> Laid[str]:
    records = [(*listed, position, row) for listed, rows in chain for position, row in rows.items()]
    return laid(records, last, lambda record: str(record[4]))


@given(chains())
def test_a_chain_that_is_whole_gives_each_of_its_lists(chain: list[Written]) -> None:
    for end in range(1, len(chain) + 1):
        rows = served(chain[:end])
        expected = [rows[position] for position in range(1, len(rows) + 1)]
        assert read(chain[:end], chain[end - 1].listed).in_order() == expected


@given(chains(), st.data())
def test_a_list_that_is_called_sound_is_the_one_that_was_served(chain: list[Written], data: st.DataObject) -> None:
    every = [(step, position) for step, (_, rows) in enumerate(chain) for position in rows]
    gone = data.draw(st.sets(st.sampled_from(every)))
    lost = data.draw(st.sets(st.integers(0, len(chain) - 1)))
    left = [
        Written(listed, {position: row for position, row in rows.items() if (step, position) not in gone})
        for step, (listed, rows) in enumerate(chain)
        if step not in lost
    ]
    for listed, _ in left:
        found = read([each for each in left if each.listed.step <= listed.step], listed)
        if found.is_sound:
            assert found.rows == served(chain[: listed.step + 1])


@given(chains(), st.data())
def test_a_list_is_sound_if_all_rows_in_doubt_were_written_again(chain: list[Written], data: st.DataObject) -> None:
    step = data.draw(st.integers(0, len(chain) - 1))
    if not chain[step].rows:
        return
    gone = data.draw(st.sampled_from(sorted(chain[step].rows)))
    left = [each if at != step else Written(each.listed, _without(each.rows, gone)) for at, each in enumerate(chain)]
    for end in range(step + 1, len(chain) + 1):
        later = {position for _, rows in left[step:end] for position in rows}
        shortest = min(each.listed.entry_count for each in chain[step:end])
        is_sound = later >= set(range(1, shortest + 1))
        assert read(left[:end], chain[end - 1].listed).is_sound == is_sound


def _without(rows: dict[int, str], gone: int) -> dict[int, str]:
    return {position: row for position, row in rows.items() if position != gone}


@given(chains())
def test_a_chain_from_before_rows_were_counted_is_sound_if_its_base_is(chain: list[Written]) -> None:
    old = [Written(each.listed._replace(chain_rows=None), each.rows) for each in chain]
    assert read(old, old[-1].listed).rows == served(chain)
    without_base = read(old[1:], old[-1].listed)
    assert not without_base.is_sound or without_base.rows == served(chain)
    first = Written(old[0].listed, _without(old[0].rows, 1))
    assert not read([first], first.listed).is_sound
