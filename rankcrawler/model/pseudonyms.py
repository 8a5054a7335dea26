"""Keyed pseudonyms that replace the values identifying a contributor, if PSEUDONYMISE_KEY is set.

With one key, a value has the same pseudonym in every room, at every gateway, at any time. Without the key, a pseudonym
does not reveal the value. What a contributor gave, when and where, is not changed.
"""

import re
from functools import lru_cache
from hashlib import blake2b

from msgspec.structs import astuple, replace

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.model import columns
from rankcrawler.model.columns import Personal, Row
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry

SETTING = "PSEUDONYMISE_KEY"
_SHORTEST = 16
_LONGEST = 64
"""Bytes; the longest key that BLAKE2b accepts."""
_REMEMBERED = 100_000
"""Contributors whose pseudonyms are cached, at about 600 bytes each."""

_NAMED = "用户"
_PSEUDONYM = re.compile(f"[0-9a-f]{{32}}|{_NAMED}[0-9a-f]{{8}}")
_PERSONAL = [column for column in COLUMNS if column.personal not in (Personal.NO, None)]
_POSITIONS = [column.position for column in _PERSONAL]
_identity = columns.picker(_PERSONAL)


class Pseudonyms:
    """Pseudonyms under one key, which is never shown. Raises SettingError if the key is too short or too long."""

    __slots__ = ("_key", "_replace")

    def __init__(self, key: str) -> None:
        if not _SHORTEST <= len(key.encode(errors="surrogateescape")) <= _LONGEST:
            raise SettingError(
                tr(
                    "{setting} must have {shortest} to {longest} bytes, preferably random: openssl rand -hex 32",
                    setting=SETTING,
                    shortest=_SHORTEST,
                    longest=_LONGEST,
                )
            )
        self._key = key.encode(errors="surrogateescape")
        self._replace = lru_cache(_REMEMBERED)(self._pseudonyms)

    def __repr__(self) -> str:
        return "Pseudonyms(***)"

    def of(self, snapshot: RoomSnapshot) -> RoomSnapshot:
        """The snapshot without clear identifiers; each personal column is replaced as it declares."""
        entries = tuple([self._row(astuple(entry)) for entry in snapshot.entries])
        return replace(snapshot, entries=entries, digest=self._hash("digest", snapshot.digest, 16))

    def _row(self, row: Row) -> RankEntry:
        values = list(row)
        for position, value in zip(_POSITIONS, self._replace(_identity(row)), strict=True):
            values[position] = value
        return RankEntry(*values)

    def pseudonym(self, column: str, personal: Personal, value: str | None) -> str | None:
        """What stands in place of a value of a column that identifies a person in this way."""
        if not value or personal is Personal.LEFT_OUT:
            return None
        if personal is Personal.NAME:
            return f"{_NAMED}{self._hash(column, value, 4)}"
        return self._hash(column, value, 16)

    def _pseudonyms(self, identity: Row) -> Row:
        return tuple(
            self.pseudonym(column.name, column.personal or Personal.NO, value)
            for column, value in zip(_PERSONAL, identity, strict=True)
        )

    def _hash(self, kind: str, value: str, size: int) -> str:
        """A hex digest. Equal values of different kinds have unrelated digests."""
        text = value.encode(errors="surrogatepass")
        return blake2b(text, key=self._key, person=kind.encode()[:16], digest_size=size).hexdigest()


def is_pseudonym(value: object) -> bool:
    """Whether a value looks like a pseudonym; ids of gateways are decimal, and shorter."""
    return isinstance(value, str) and _PSEUDONYM.fullmatch(value) is not None


def of_key(key: str) -> Pseudonyms | None:
    """The pseudonyms under a key, None if it is empty; raises SettingError if the key is invalid."""
    return Pseudonyms(key) if key else None
