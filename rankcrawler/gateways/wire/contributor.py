"""Decodes the contributor of a row into columns, and caches recent contributors.

Nine tenths of an answer describe its contributors, and a recurring room repeats nearly all of them byte for byte in
every poll. Decoding one takes 5 µs, looking it up by a hash of its bytes 0.7 µs; `benchmarks/README.md` shows what this
saves per poll.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter, itemgetter
from secrets import randbits
from sys import getsizeof
from typing import Any

import msgspec
from msgspec import UNSET, Raw
from xxhash import xxh3_128_digest

from rankcrawler.gateways.wire.amounts import LONGEST_TEXT, UNKNOWN, lifetime
from rankcrawler.gateways.wire.schema import ClubMembership, PayGrade, User
from rankcrawler.model.columns import Group, Row, in_groups
from rankcrawler.model.rows import COLUMNS

MASKED_ID = "111111"
"""The id in every row of an anonymised room; it identifies no contributor."""
REMEMBERED = 50 << 20
"""Bytes that the cache may take: about 40,000 contributors."""
MOST_MET = 500_000
"""Hashes that are kept of contributors seen once, at about 100 bytes each."""

_OVERHEAD = 500
"""Bytes that a contributor takes in addition to the values of its columns."""
_pack = msgspec.msgpack.Encoder().encode
_decode = msgspec.json.Decoder(User).decode
_NO_GRADE = PayGrade()
_NO_CLUB = ClubMembership()

OF_CONTRIBUTOR = in_groups(COLUMNS, Group.USER, Group.PROFILE, Group.GRADE, Group.CLUB)
"""The columns that describe a contributor; the row supplies `is_hidden`."""

_USER = ("user_id", "avatar_url", "gender", "is_hidden", "is_anonymous", "is_mystery")
_GRADE = (
    *("pay_grade_level", "this_grade_min_diamond", "this_grade_max_diamond", "grade_describe"),
    *("lifetime_diamonds_min", "lifetime_diamonds_max"),
)
_CLUB = ("fans_club_name", "fans_club_level", "fans_club_member")
_SPECIAL = (*_USER, *_GRADE, *_CLUB)
"""Columns that are computed below. Any other column is the field of the same name in its group's part of the answer."""


def _plain(group: Group) -> tuple[str, ...]:
    return tuple(column.name for column in in_groups(OF_CONTRIBUTOR, group) if column.name not in _SPECIAL)


def _fields(group: Group) -> Callable[[Any], Row]:
    """A function that reads a group's plain columns from its part of the answer, with blanks as None."""
    names = _plain(group)
    if not names:
        return lambda _: ()
    read = attrgetter(*names) if len(names) > 1 else lambda part: (getattr(part, names[0]),)
    return lambda part: tuple([value or None for value in read(part)])


_profile_fields, _grade_fields, _club_fields = (_fields(group) for group in (Group.PROFILE, Group.GRADE, Group.CLUB))
_ORDER = [*_SPECIAL, *_plain(Group.PROFILE), *_plain(Group.GRADE), *_plain(Group.CLUB)]
_in_order = itemgetter(*(_ORDER.index(column.name) for column in OF_CONTRIBUTOR), len(_ORDER))
"""Puts the values of _ORDER into the order of OF_CONTRIBUTOR; what follows them, the flags, stays last."""


class Columns(dict[tuple[bool, bool | None], Row]):
    """The values of OF_CONTRIBUTOR and the flags of a contributor, by whether an anchor is named and the row hidden."""

    __slots__ = ("_flags", "_user")

    def __init__(self, user: User, flags: tuple[str, ...]) -> None:
        self._user = user
        self._flags = flags

    def __missing__(self, key: tuple[bool, bool | None]) -> Row:
        user, (names_anchor, is_hidden) = self._user, key
        user_id, flags = user.id_str, self._flags
        if not user.id or str(user.id) != user_id:  # nearly all contributors have both ids, and these agree
            user_id, flags = _identity(user, flags)
        grade = user.pay_grade or _NO_GRADE
        is_anonymous = user_id == MASKED_ID and not user.sec_uid and not user.display_id
        club = (user.fans_club.data if user.fans_club is not None else None) or _NO_CLUB
        if not names_anchor and not club.club_name:  # blank, because no anchor was named
            club = _NO_CLUB
        row: Row = _in_order((
            None if is_anonymous else user_id,
            _avatar(user),
            user.gender or None,
            is_hidden,
            is_anonymous,
            None if user.mystery_man is None else user.mystery_man == 2,
            *_spending(grade),
            *_membership(club),
            *_profile_fields(user),
            *_grade_fields(grade),
            *_club_fields(club),
            flags,
        ))  # fmt: skip
        self[key] = row
        return row


class Contributor:
    """One contributor in an answer. `flags` are those of rankcrawler.model.rules that the reading itself shows."""

    __slots__ = ("columns", "fingerprint", "own_room")

    def __init__(self, user: User, flags: tuple[str, ...] = ()) -> None:
        self.own_room = user.own_room
        """Where the contributor broadcasts, as the answer writes it; UNSET if it does not."""
        if self.own_room is not UNSET:
            user.own_room = UNSET
        self.columns = Columns(user, flags)
        self.fingerprint = sha256(_pack(user), usedforsecurity=False).digest()[:16]
        """128 bits over everything that is kept."""

    @property
    def weight(self) -> int:
        """The approximate size in memory, in bytes."""
        return _OVERHEAD + sum(map(getsizeof, self.columns[True, None]))


class Contributors:
    """A cache of recent contributors, by a hash of their bytes. Keeps those seen at least twice."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._seed = randbits(64)  # so that a crafted answer cannot make two contributors collide
        self._known: dict[bytes, Contributor] = {}
        self._met: set[bytes] = set()
        self._weight = 0

    def __len__(self) -> int:
        return len(self._known)

    def of(self, text: Raw) -> Contributor:
        """The contributor in these bytes; raises msgspec.DecodeError or UnicodeDecodeError if there is none."""
        key = xxh3_128_digest(text, self._seed)
        known = self._known.get(key)
        if known is None:
            known = Contributor(_decode(text))
            self._note(key, known)
        return known

    def _note(self, key: bytes, contributor: Contributor) -> None:
        if key not in self._met:
            if len(self._met) >= MOST_MET:
                self._met.clear()
            self._met.add(key)
            return
        self._weight += contributor.weight
        if self._weight > self._remembered:
            self._known.clear()
            self._weight = contributor.weight
        self._known[key] = contributor


def _spending(grade: PayGrade) -> Row:
    describe = grade.grade_describe
    is_cacheable = not describe or len(describe) <= LONGEST_TEXT
    columns = _grade_columns if is_cacheable else _grade_columns.__wrapped__
    return columns(grade.level, grade.this_grade_min_diamond, grade.this_grade_max_diamond, describe)


@lru_cache(maxsize=1 << 14)
def _grade_columns(level: int | None, low: int | None, high: int | None, describe: str | None) -> Row:
    """The columns _GRADE. Cached, because many contributors share a level and its text."""
    if not low and not high:
        return None, None, None, describe or None, *UNKNOWN
    return level, low or 0, high or None, describe or None, *lifetime(low or 0, high or 0, describe or "")


def _membership(club: ClubMembership) -> Row:
    """The columns _CLUB; status 1 means member."""
    status = club.user_fans_club_status
    return club.club_name or None, club.level or None, None if status is None else status == 1


def id_in(text: str | None) -> str | None:
    """The text, if it is an id: a positive number of at most 64 bits."""
    if not text or len(text) > 20 or not text.isascii() or not text.isdigit() or text == "0":
        return None
    return text if len(text) < 20 or int(text) < 2**64 else None


def _identity(user: User, flags: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The contributor's id, and the flags with one for two ids that differ.

    A number that went through a double has lost its last digits.
    """
    number, text = user.id, user.id_str
    if not number:
        return id_in(text), flags
    spelt = str(number)
    if not text or text in (spelt, "0"):
        return spelt, flags
    return id_in(text) or spelt, (*flags, "id_mismatch")


def _avatar(user: User) -> str | None:
    addresses = user.avatar_thumb.url_list if user.avatar_thumb is not None else None
    return (addresses[0] or None) if addresses else None
