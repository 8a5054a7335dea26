"""What many rows share is stored once, under a key: contributors, profiles, levels, club memberships, texts.

The latest keys are remembered, so that a list which differs little from the one before costs few queries. When a
transaction fails, its keys are gone: then everything is forgotten.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rankcrawler.model.columns import Row, getter, picker
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import layout, tables
from rankcrawler.store.database import Database, Record
from rankcrawler.store.fingerprints import facts_in, fingerprint, packed
from rankcrawler.store.keys import keys_of
from rankcrawler.store.profiles import Profiles, profile_of
from rankcrawler.store.tables import InternedTable
from rankcrawler.store.text import encoded
from rankcrawler.store.values import plain

REMEMBERED = 100 << 20
"""Bytes, roughly: the keys of some 100,000 contributors."""
_OF_FACTS, _OF_TEXT = 800, 150
"""Bytes that a row's facts, or a poll's verdict, and a text take in addition to their characters."""

NO_PROFILE = 0
"""No key of a profile."""
FactKeys = tuple[int, int, int, int | None]
"""The keys of a profile, a level, a membership and the contributor; the last is None in an anonymised row."""

facts_of = getter(layout.FACTS)
"""What a row says of its contributor."""
_grade_of, _club_of = picker(layout.GRADE, layout.FACTS), picker(layout.CLUB, layout.FACTS)
_grade_facts, _club_facts = facts_in(layout.GRADE), facts_in(layout.CLUB)


class Memory:
    """The keys of one table, by what they stand for."""

    def __init__(self, table: InternedTable, record_of: Callable[[Any], Record]) -> None:
        self.keys: dict[Any, Any] = {}
        self._table = table
        self._record_of = record_of

    def learn(self, database: Database, wanted: Iterable[Any]) -> None:
        """Make sure that `keys` has everything wanted."""
        missing = list({each: None for each in wanted if each not in self.keys})
        if missing:
            keys = keys_of(database, self._table, [self._record_of(each) for each in missing])
            self.keys.update(zip(missing, keys, strict=True))


class Interned:
    """The keys of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.forget()

    def forget(self) -> None:
        """Forget everything."""
        self._texts = Memory(tables.TEXTS, lambda text: (fingerprint(text), encoded(text)))
        self._grades = Memory(tables.GRADES, lambda grade: (fingerprint(*_grade_facts(grade)), *plain(grade)))
        self._clubs = Memory(tables.CLUBS, lambda club: (fingerprint(*_club_facts(club)), *plain(club)))
        self._verdicts = Memory(tables.VERDICTS, lambda verdict: (fingerprint(*verdict), *plain(verdict)))
        self._profiles: dict[int, Profiles] = {}
        self._facts: dict[int, dict[Row, FactKeys]] = {}
        self.texts: dict[str, int] = self._texts.keys
        self.latest: dict[int, int] = {}
        """The latest known profile of each contributor; NO_PROFILE for a new one."""
        self._weight = 0

    def make_room(self) -> None:
        """Forget everything if it has become too much."""
        if self._weight > REMEMBERED:
            self.forget()

    def keys_of(self, source: int, rows: Sequence[RankEntry]) -> list[FactKeys | None]:
        """The keys of the facts in a gateway's rows; None for those that are not remembered."""
        return list(map(self._facts.setdefault(source, {}).get, map(facts_of, rows)))

    def learn(self, source: int, seen: Mapping[Row, int]) -> dict[Row, FactKeys]:
        """The keys of a gateway's facts, remembered from now on; each comes with when it was captured."""
        found = self._facts.setdefault(source, {})
        profiles = self._profiles.setdefault(source, Profiles(source))
        profiles.learn(self._database, seen)
        while profiles.new_users:
            self.latest.setdefault(profiles.new_users.pop(), NO_PROFILE)
        self._grades.learn(self._database, map(_grade_of, seen))
        self._clubs.learn(self._database, map(_club_of, seen))
        for facts in seen:
            self._weight += _OF_FACTS + len(packed(facts))
            profile_key, user_key = profiles.keys[profile_of(facts)]
            own = self._grades.keys[_grade_of(facts)], self._clubs.keys[_club_of(facts)]
            found[facts] = profile_key, *own, user_key
        return found

    def learn_texts(self, texts: Iterable[str | None]) -> None:
        """Make sure that `texts` has these."""
        missing = {text: None for text in texts if text is not None and text not in self.texts}
        self._weight += sum(_OF_TEXT + len(text) for text in missing)
        self._texts.learn(self._database, missing)

    def text(self, text: str | None) -> int | None:
        """The key of a text; None for None."""
        if text is None:
            return None
        if text not in self.texts:
            self.learn_texts([text])
        return self.texts[text]

    def verdict(self, verdict: Record) -> int:
        """The key of the verdict on a failed poll."""
        if verdict not in self._verdicts.keys:
            self._weight += _OF_FACTS
            self._verdicts.learn(self._database, [verdict])
        key: int = self._verdicts.keys[verdict]
        return key
