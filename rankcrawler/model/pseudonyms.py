"""Keyed pseudonyms in the place of what says who a contributor is, where PSEUDONYMISE_KEY is set.

One key makes the same pseudonym of the same value in every room, at every gateway, at any time; without the key,
the value cannot be read off it. What a person gave, and when and where, stays as it is.
"""

from functools import lru_cache
from hashlib import blake2b

from msgspec.structs import astuple, replace

from rankcrawler.errors import SettingError
from rankcrawler.model import columns
from rankcrawler.model.columns import Column, Personal, Row
from rankcrawler.model.items import COLUMNS, RankEntry, RoomSnapshot

SETTING = "PSEUDONYMISE_KEY"
_SHORTEST = 16
_LONGEST = 64
"""Bytes, as BLAKE2b takes them."""
_REMEMBERED = 100_000
"""Contributors whose pseudonyms are remembered; about 600 bytes each."""

_PERSONAL = [each for each in COLUMNS if each.personal not in (Personal.NO, None)]
_PLACES = [each.position for each in _PERSONAL]
_who = columns.picker(_PERSONAL)


class Pseudonyms:
    """Made with a key, which nothing shows; raises SettingError where the key is too short or too long."""

    __slots__ = ("_key", "_of_one")

    def __init__(self, key: str) -> None:
        if not _SHORTEST <= len(key.encode(errors="surrogateescape")) <= _LONGEST:
            raise SettingError(
                f"{SETTING} must have {_SHORTEST} to {_LONGEST} bytes, better random ones: openssl rand -hex 32"
            )
        self._key = key.encode(errors="surrogateescape")
        self._of_one = lru_cache(_REMEMBERED)(self._make)

    def __repr__(self) -> str:
        return "Pseudonyms(***)"

    def of(self, snapshot: RoomSnapshot) -> RoomSnapshot:
        """The list without clear identifiers: of each personal column what its declaration puts in its place."""
        entries = tuple([self._row(astuple(entry)) for entry in snapshot.entries])
        return replace(snapshot, entries=entries, digest=self._hash("digest", snapshot.digest, 16))

    def _row(self, row: Row) -> RankEntry:
        hidden = list(row)
        for place, value in zip(_PLACES, self._of_one(_who(row)), strict=True):
            hidden[place] = value
        return RankEntry(*hidden)

    def _make(self, who: Row) -> Row:
        return tuple(self._pseudonym(column, value) for column, value in zip(_PERSONAL, who, strict=True))

    def _pseudonym(self, column: Column, value: str | None) -> str | None:
        if not value or column.personal is Personal.LEFT_OUT:
            return None
        if column.personal is Personal.NAME:
            return f"用户{self._hash(column.name, value, 4)}"
        return self._hash(column.name, value, 16)

    def _hash(self, kind: str, value: str, size: int) -> str:
        """Hexadecimal digits; equal values of different kinds have nothing in common."""
        text = value.encode(errors="surrogatepass")
        return blake2b(text, key=self._key, person=kind.encode()[:16], digest_size=size).hexdigest()


def of_key(key: str) -> Pseudonyms | None:
    """The pseudonyms of a key; None where it is empty. Raises SettingError where it is no key."""
    return Pseudonyms(key) if key else None
