"""What many rows have in common is stored once, and rows hold its key: users, looks, levels, clubs, texts.

The keys of what came lately are remembered, so that a list which differs little from the one before asks
the database for little. A transaction that fails may take keys back: then all is forgotten.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from rankcrawler.items import RankEntry
from rankcrawler.store.database import Database, Row
from rankcrawler.store.text import kept

REMEMBERED = 200_000
"""Keys of a kind; 200,000 looks take about 150 MB."""

_pack = msgspec.msgpack.Encoder().encode

Own = tuple[Any, ...]
"""A RankEntry's fields."""

_AT = {name: place for place, name in enumerate(RankEntry.__struct_fields__)}
USER = _AT["user_id"]
GRADE = _AT["pay_grade_level"]
CLUB = _AT["fans_club_name"]
SHOWN = _AT["is_hidden"]
FLAGS = _AT["flags"]
EXACTLY = _AT["exactly_score"]
"""Where the parts of an entry begin: who, level, club, how it is shown, flags; and the display score."""


def look_of(own: Own) -> Row:
    """What an entry says of who it is."""
    return own[USER:GRADE] + own[SHOWN:FLAGS]


def print_of(*facts: Any) -> bytes:
    """128 bits over facts: equal prints are equal facts."""
    try:
        packed = _pack(facts)
    except UnicodeEncodeError:  # half of a surrogate pair
        packed = ascii(facts).encode()
    return blake2b(packed, digest_size=16).digest()


def plain(values: Iterable[Any]) -> Row:
    """Values as both databases take them: no booleans, and no text that one of them refuses."""
    return tuple(
        kept(each) if isinstance(each, str) else int(each) if isinstance(each, bool) else each for each in values
    )


class Memory:
    """The keys of one table, by what they stand for; the older half is forgotten when there are too many."""

    def __init__(self, table: str, row_of: Callable[[Any], Row]) -> None:
        self.keys: dict[Any, Any] = {}
        self._table = table
        self._row_of = row_of

    def learn(self, database: Database, wanted: Iterable[Any]) -> None:
        """Have the keys of all that is wanted."""
        self.make_room()
        missing = list({each: None for each in wanted if each not in self.keys})
        if missing:
            keys = database.keys(self._table, [self._row_of(each) for each in missing])
            self.keys.update(zip(missing, keys, strict=True))

    def make_room(self) -> None:
        """Forget, where it is time to."""
        if len(self.keys) > REMEMBERED:
            for each in list(self.keys)[: REMEMBERED // 2]:
                del self.keys[each]


class Looks:
    """The looks of one gateway's users; `keys` has, of each, its key and its user's, which is None if anonymised."""

    def __init__(self, source: int) -> None:
        self.keys: dict[Row, tuple[int, int | None]] = {}
        self._source = source
        self._users = Memory("users", tuple)

    def learn(self, database: Database, wanted: dict[Row, int]) -> None:
        """Have the keys of looks, each of which was seen at a moment."""
        if len(self.keys) > REMEMBERED:
            self.keys.clear()
        missing = [look for look in wanted if look not in self.keys]
        users = self._learn_users(database, {look[0]: wanted[look] for look in missing if look[0] is not None})
        owners = [users.get(look[0]) for look in missing]
        rows = [
            (print_of(self._source, *look), owner, *plain(look[1:]))
            for look, owner in zip(missing, owners, strict=True)
        ]
        keys = database.keys("profiles", rows) if rows else []
        self.keys.update(zip(missing, zip(keys, owners, strict=True), strict=True))

    def _learn_users(self, database: Database, seen: dict[str, int]) -> dict[str | None, int]:
        ids = list(seen)
        rows = [(self._source, kept(user_id), seen[user_id]) for user_id in ids]
        return dict(zip(ids, database.keys("users", rows), strict=True)) if rows else {}


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
        self.texts: dict[str, int] = self._texts.keys
        self.grades: dict[Row, int] = self._grades.keys
        self.clubs: dict[Row, int] = self._clubs.keys
        self.latest: dict[int, int] = {}
        """The look that each user is known to have had last."""

    def looks(self, source: int) -> dict[Row, tuple[int, int | None]]:
        """A gateway's looks."""
        return self._looks.setdefault(source, Looks(source)).keys

    def learn(self, source: int, lists: Iterable[tuple[int, list[Own]]]) -> None:
        """Have every key that the entries of lists need; a list comes with the moment when it was captured."""
        rows = [(at, own) for at, owns in lists for own in owns]
        self.looks(source)
        self._looks[source].learn(self._database, {look_of(own): at for at, own in rows})
        self._grades.learn(self._database, (own[GRADE:CLUB] for _, own in rows))
        self._clubs.learn(self._database, (own[CLUB:SHOWN] for _, own in rows))
        exactly = [own[EXACTLY] for _, own in rows]
        self.learn_texts([*exactly, *(" ".join(own[FLAGS]) for _, own in rows if own[FLAGS])])

    def learn_texts(self, texts: Iterable[str | None]) -> None:
        """Have the keys of texts."""
        self._texts.learn(self._database, (text for text in texts if text is not None))

    def text(self, text: str) -> int:
        """The key of a text."""
        if text not in self.texts:
            self.learn_texts([text])
        return self.texts[text]

    def verdict(self, verdict: Row) -> int:
        """The key of why a poll failed."""
        self._verdicts.learn(self._database, [verdict])
        key: int = self._verdicts.keys[verdict]
        return key
