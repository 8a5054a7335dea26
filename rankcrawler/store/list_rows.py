"""Makes the records of lists; what is unknown is looked up in the database for all lists together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rankcrawler.model.columns import Row
from rankcrawler.store.interning import FactKeys, Interned, facts_of
from rankcrawler.store.rows import EntryRow, entry_rows, flags_of, other_words, rows_of
from rankcrawler.store.taken_list import TakenList


class _Rows:
    """The rows of one list, with the keys of their facts that are known."""

    def __init__(self, taken: TakenList, interned: Interned, *, is_needed: bool) -> None:
        self.source = taken.room.source_key
        self.at_ms = taken.at_ms
        self.rows = rows_of(taken.snapshot) if is_needed else []
        self.words = other_words(self.rows)
        self._keys = interned.keys_of(self.source, self.rows)

    def unknown(self) -> Iterable[Row]:
        """The rows whose facts have no key yet."""
        if None not in self._keys:
            return ()
        return (row for row, key in zip(self.rows, self._keys, strict=True) if key is None)

    def made(self, interned: Interned, learned: dict[int, dict[Row, FactKeys]]) -> list[EntryRow]:
        """The records."""
        keys = [key or learned[self.source][facts_of(row)] for row, key in zip(self.rows, self._keys, strict=True)]
        return entry_rows(self.rows, keys, self.words, interned.texts)


def records_of(lists: Sequence[TakenList], interned: Interned, *, of_all: bool = False) -> list[list[EntryRow]]:
    """The records of each list; unless `of_all`, none for a list that is not likely to need any."""
    all_rows = [_Rows(each, interned, is_needed=of_all or each.may_need_rows) for each in lists]
    unknown: defaultdict[int, dict[Row, tuple[int, Row]]] = defaultdict(dict)
    for each in all_rows:
        for row in each.unknown():
            unknown[each.source].setdefault(facts_of(row), (each.at_ms, row))
    learned = {source: interned.learn(source, seen) for source, seen in unknown.items()}
    interned.learn_texts(text for each in all_rows for text in each.words.values())
    interned.learn_texts(text for each in all_rows for text in flags_of(each.rows))
    return [each.made(interned, learned) for each in all_rows]
