"""Keyed pseudonyms in the place of what says who a contributor is, where PSEUDONYMISE_KEY is set.

The same key makes the same pseudonym of the same value, in every room, at every gateway and for ever; without the
key nobody can tell which value it stands for. What a person gave, and when and where, stays as it is.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from msgspec.structs import astuple, replace

from rankcrawler.errors import SettingError
from rankcrawler.items import RankEntry, RoomSnapshot

SETTING = "PSEUDONYMISE_KEY"
_SHORTEST = 16
_LONGEST = 64
"""Bytes, as BLAKE2b takes them."""
_REMEMBERED = 100_000
"""Contributors whose pseudonyms are remembered; about 600 bytes each."""

_AT = {name: place for place, name in enumerate(RankEntry.__struct_fields__)}
_WHO = slice(_AT["user_id"], _AT["nickname"] + 1)
_AFTER = slice(_AT["nickname"] + 1, None)
_AVATAR = _AT["avatar_url"] - _AT["nickname"] - 1
_NAMES = RankEntry.__struct_fields__[_WHO]


class Pseudonyms:
    """Made with a key, which nothing shows."""

    __slots__ = ("_key", "_of_one")

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._of_one = lru_cache(_REMEMBERED)(self._make)

    def __repr__(self) -> str:
        return "Pseudonyms(***)"

    def of(self, snapshot: RoomSnapshot) -> RoomSnapshot:
        """The list with nobody in it who can be recognised: ids and handles are pseudonyms, pictures are left out."""
        entries = tuple([self._row(astuple(entry)) for entry in snapshot.entries])
        return replace(snapshot, entries=entries, digest=self._hash("digest", snapshot.digest, 16))

    def _row(self, row: tuple[Any, ...]) -> RankEntry:
        rest = list(row[_AFTER])
        rest[_AVATAR] = None
        return RankEntry(*row[: _WHO.start], *self._of_one(row[_WHO]), *rest)

    def _make(self, who: tuple[str | None, ...]) -> tuple[str | None, ...]:
        return tuple(
            value and (f"用户{self._hash(name, value, 4)}" if name == "nickname" else self._hash(name, value, 16))
            for name, value in zip(_NAMES, who, strict=True)
        )

    def _hash(self, kind: str, value: str, size: int) -> str:
        """Hexadecimal digits; equal values of different kinds have nothing in common."""
        text = value.encode(errors="surrogatepass")
        return blake2b(text, key=self._key, person=kind.encode(), digest_size=size).hexdigest()


def of_environment(environment: Mapping[str, str] = os.environ) -> Pseudonyms | None:
    """The pseudonyms that PSEUDONYMISE_KEY asks for, None where it is not set; SettingError where it is no key."""
    key = environment.get(SETTING, "")
    if not key:
        return None
    if not _SHORTEST <= len(key.encode(errors="surrogateescape")) <= _LONGEST:
        raise SettingError(
            f"{SETTING} must have {_SHORTEST} to {_LONGEST} bytes, better random ones: openssl rand -hex 32"
        )
    return Pseudonyms(key)
