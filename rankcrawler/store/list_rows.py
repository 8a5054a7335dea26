"""Makes the records of lists; what is unknown is looked up in the database for all lists together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rankcrawler.model.columns import Row
from rankcrawler.model.rows import RankEntry
from rankcrawler.store.interning import FactKeys, Interned, facts_of
from rankcrawler.store.rows import EntryRow, entry_rows, flags_of, other_words
from rankcrawler.store.taken_list import TakenList


class ListRows:
    """The rows of one list. Their records are made when they are compared, so that few exist at a time."""

    def __init__(self, taken: TakenList, interned: Interned, *, are_known: bool) -> None:
        self.source = taken.room.source_key
        self.at_ms = taken.at_ms
        self.are_known = are_known
        """Whether they were looked up; there are none if not."""
        self.rows: Sequence[RankEntry] = taken.snapshot.entries if are_known else ()
        self.words = other_words(self.rows)
        self.keys: list[FactKeys | None] = interned.keys_of(self.source, self.rows)
        """Of each row's facts; None if they are not remembered."""
        self.unknown: dict[int, Row] = {}
        """Those facts, by the index of their row."""
        if None in self.keys:
            self.unknown = {at: facts_of(self.rows[at]) for at, key in enumerate(self.keys) if key is None}

    def fill(self, learned: Mapping[Row, FactKeys]) -> None:
        """Take the keys of what was unknown."""
        for at, facts in self.unknown.items():
            self.keys[at] = learned[facts]

    def users(self) -> Iterator[int | None]:
        """The contributors, when all facts have keys."""
        return (key[-1] for key in self.keys if key)

    def made(self, interned: Interned) -> list[EntryRow]:
        """The records, when all facts have keys."""
        return entry_rows(self.rows, [key for key in self.keys if key], self.words, interned.texts)


def rows_of(lists: Sequence[TakenList], interned: Interned, *, of_all: bool = False) -> list[ListRows]:
    """The rows of each list; unless `of_all`, none of a list that is not likely to need any."""
    found = [ListRows(each, interned, are_known=of_all or each.may_need_rows) for each in lists]
    unknown: defaultdict[int, dict[Row, int]] = defaultdict(dict)
    for each in found:
        for facts in each.unknown.values():
            unknown[each.source].setdefault(facts, each.at_ms)
    learned = {source: interned.learn(source, seen) for source, seen in unknown.items()}
    for each in found:
        each.fill(learned.get(each.source, {}))
    interned.learn_texts(text for each in found for text in each.words.values())
    interned.learn_texts(text for each in found for text in flags_of(each.rows))
    return found
