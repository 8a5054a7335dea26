"""What many rows have in common is stored once, and rows hold its key: users, looks, levels, clubs, texts.

The keys of what came lately are remembered, so that a list which differs little from the one before asks
the database for little. A transaction that fails may take keys back: then all is forgotten.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from rankcrawler.model.items import RankEntry
from rankcrawler.store.database import Database, Row
from rankcrawler.store.text import kept

REMEMBERED = 100 << 20
"""Bytes, roughly: the keys of some 100,000 users."""
_OF_FACTS, _OF_TEXT = 800, 150
"""Bytes that an entry's facts, or a poll's verdict, and a text take beside their characters."""

_pack = msgspec.msgpack.Encoder().encode

Own = tuple[Any, ...]
"""A RankEntry's fields."""

_AT = {name: place for place, name in enumerate(RankEntry.__struct_fields__)}
USER = _AT["user_id"]
GRADE = _AT["pay_grade_level"]
CLUB = _AT["fans_club_name"]
SHOWN = _AT["is_hidden"]
FLAGS = _AT["flags"]
"""Where the parts of an entry begin: who, level, club, how it is shown, flags."""

FactKeys = tuple[int, int, int, int | None]
"""The keys of a look, a level and a membership, and of the user; that is None of an anonymised row."""


def facts_of(own: Own) -> Row:
    """What an entry says of its user: the same from poll to poll, but for those who move."""
    return own[USER:FLAGS]


def look_of(own: Own) -> Row:
    """What an entry says of who it is."""
    return own[USER:GRADE] + own[SHOWN:FLAGS]


def print_of(*facts: Any) -> bytes:
    """128 bits over facts: equal prints are equal facts."""
    return blake2b(packed(facts), digest_size=16).digest()


def packed(facts: Row) -> bytes:
    """Facts as bytes: equal bytes are equal facts."""
    try:
        return _pack(facts)
    except UnicodeEncodeError:  # half of a surrogate pair
        return ascii(facts).encode()


def plain(values: Iterable[Any]) -> Row:
    """Values as both databases take them: no booleans, and no text that one of them refuses."""
    return tuple([kept(each) if type(each) is str else int(each) if type(each) is bool else each for each in values])


def keys_of(database: Database, table: str, rows: Sequence[Row]) -> list[int]:
    """The keys of rows that are kept once; those that are new are added, unless another worker adds them meanwhile."""
    width = 2 if table == "users" else 1
    known = _known(database, table, rows, width)
    missing = sorted((row for row in rows if row[:width] not in known), key=lambda row: row[:width])
    if missing:
        database.bulk(f"add_{table}", missing)
        known |= _known(database, table, missing, width)
    return [known[row[:width]] for row in rows]


def _known(database: Database, table: str, rows: Sequence[Row], width: int) -> dict[Row, int]:
    found = database.find(f"find_{table}", [row[:width] for row in rows])
    return {tuple(identity): key for *identity, key in found}


class Memory:
    """The keys of one table, by what they stand for."""

    def __init__(self, table: str, row_of: Callable[[Any], Row]) -> None:
        self.keys: dict[Any, Any] = {}
        self._table = table
        self._row_of = row_of

    def learn(self, database: Database, wanted: Iterable[Any]) -> None:
        """Have the keys of all that is wanted."""
        missing = list({each: None for each in wanted if each not in self.keys})
        if missing:
            keys = keys_of(database, self._table, [self._row_of(each) for each in missing])
            self.keys.update(zip(missing, keys, strict=True))


class Looks:
    """The looks of one gateway's users; `keys` has, of each, its key and its user's, which is None if anonymised."""

    def __init__(self, source: int) -> None:
        self.keys: dict[Row, tuple[int, int | None]] = {}
        self._source = source

    def learn(self, database: Database, wanted: dict[Row, int]) -> None:
        """Have the keys of looks, each of which was first seen at a moment."""
        missing = [look for look in wanted if look not in self.keys]
        seen: dict[str, int] = {}
        for look in missing:
            if look[0] is not None:
                seen[look[0]] = min(wanted[look], seen.get(look[0], wanted[look]))
        users = self._learn_users(database, seen)
        owners = [users.get(look[0]) for look in missing]
        rows = [
            (print_of(self._source, *look), owner, *plain(look[1:]))
            for look, owner in zip(missing, owners, strict=True)
        ]
        keys = keys_of(database, "profiles", rows)
        self.keys.update(zip(missing, zip(keys, owners, strict=True), strict=True))

    def _learn_users(self, database: Database, seen: dict[str, int]) -> dict[str | None, int]:
        ids = list(seen)
        rows = [(self._source, kept(user_id), seen[user_id]) for user_id in ids]
        return dict(zip(ids, keys_of(database, "users", rows), strict=True))


class Interned:
    """The keys of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self._texts = Memory("texts", lambda text: (print_of(text), kept(text)))
        self._grades = Memory("grades", lambda grade: (print_of(*grade), *plain(grade)))
        self._clubs = Memory("clubs", lambda club: (print_of(*club), *plain(club)))
        self._verdicts = Memory("verdicts", lambda verdict: (print_of(*verdict), *plain(verdict)))
        self._looks: dict[int, Looks] = {}
        self._facts: dict[int, dict[Row, FactKeys]] = {}
        self.texts: dict[str, int] = self._texts.keys
        self.latest: dict[int, int] = {}
        """The look that each user is known to have had last."""
        self._weight = 0

    def make_room(self) -> None:
        """Forget all, where it has become too much."""
        if self._weight > REMEMBERED:
            self.forget()

    def keys_of(self, source: int, owns: list[Own]) -> list[FactKeys | None]:
        """The keys of the facts of a gateway's entries; None in the place of those that are not remembered."""
        known = self._facts.setdefault(source, {}).get
        return [known(own[USER:FLAGS]) for own in owns]

    def learn(self, source: int, seen: dict[Row, tuple[int, Own]]) -> dict[Row, FactKeys]:
        """The keys of facts, each of which stands in an entry that was captured at a moment; from now on remembered."""
        facts = self._facts.setdefault(source, {})
        looks, grades, clubs = self._looks.setdefault(source, Looks(source)), self._grades, self._clubs
        owns = [own for _, own in seen.values()]
        first: dict[Row, int] = {}
        for at, own in seen.values():
            look = look_of(own)
            first[look] = min(at, first.get(look, at))
        looks.learn(self._database, first)
        grades.learn(self._database, (own[GRADE:CLUB] for own in owns))
        clubs.learn(self._database, (own[CLUB:SHOWN] for own in owns))
        for told, own in zip(seen, owns, strict=True):
            self._weight += _OF_FACTS + len(packed(told))
            profile_key, user_key = looks.keys[look_of(own)]
            facts[told] = profile_key, grades.keys[own[GRADE:CLUB]], clubs.keys[own[CLUB:SHOWN]], user_key
        return facts

    def learn_texts(self, texts: Iterable[str | None]) -> None:
        """Have the keys of texts."""
        missing = {text: None for text in texts if text is not None and text not in self.texts}
        self._weight += sum(_OF_TEXT + len(text) for text in missing)
        self._texts.learn(self._database, missing)

    def text(self, text: str) -> int:
        """The key of a text."""
        if text not in self.texts:
            self.learn_texts([text])
        return self.texts[text]

    def verdict(self, verdict: Row) -> int:
        """The key of why a poll failed."""
        if verdict not in self._verdicts.keys:
            self._weight += _OF_FACTS
            self._verdicts.learn(self._database, [verdict])
        key: int = self._verdicts.keys[verdict]
        return key
