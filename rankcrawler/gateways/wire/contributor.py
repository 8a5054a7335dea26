"""Who stands in a row, as its columns have it: told again with every poll in the same bytes, and so made once.

Nine tenths of an answer are its users, and nearly all of them were in the poll before. Those are known by 128 bits over
the bytes that tell of them: they are cut out before JSON is read, and what was made of them is taken again.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from secrets import randbits, token_hex
from sys import getsizeof

import msgspec
from msgspec import Raw
from xxhash import xxh3_128_digest

from rankcrawler.gateways.wire.amounts import LONGEST_TEXT, UNKNOWN, lifetime
from rankcrawler.gateways.wire.answer import ClubMembership, PayGrade, User

MASKED_ID = "111111"
"""The id that every row of an anonymised room carries: it belongs to nobody."""
REMEMBERED = 50 << 20
"""Bytes: some 40,000 contributors."""
MOST_NOTED = 100_000
"""Users of whom it is known that they came, in some 150 bytes each."""
USUAL = 16 << 10
"""Bytes that tell of a user, at most; the documented one has 4,700. Whoever takes more is made anew each time."""

_EACH = 500
"""Bytes that a contributor takes beside the values of its columns."""
_SEED = randbits(64)
"""So that nobody can make two users whose bytes have the same hash."""
_MARKS = [f'"{token_hex(16)}{number}"'.encode() for number in range(1000)]
"""What stands for users that are cut out: nobody else can write it. So many of a body are cut out at most."""
_NAME = b'"user":{'
_FIRST = 48
"""Bytes that tell users apart: they begin with the user's id."""

_Spending = tuple[int | None, int | None, int | None, str | None, int | None, int | None]
"""As columns of a RankEntry: level, its bounds, its words, the bounds of what was spent."""
_Club = tuple[str | None, int | None, bool | None]
"""Name, level, whether a member."""
_Columns = tuple[
    str | None,
    str | None,
    str | None,
    str | None,
    int | None,
    str | None,
    int | None,
    int | None,
    int | None,
    str | None,
    int | None,
    int | None,
    str | None,
    int | None,
    bool | None,
]
"""Ids, nickname, gender and avatar, then both."""
_pack = msgspec.msgpack.Encoder().encode
_decode = msgspec.json.Decoder(User).decode
_NO_GRADE = PayGrade()
_UNTOLD = ClubMembership()


class Contributor:
    """Columns of a RankEntry, from user_id to fans_club_member, and how the row is shown."""

    __slots__ = ("is_anonymous", "is_mystery", "print", "where_anchor_is_named", "where_it_is_not")

    def __init__(self, user: User) -> None:
        user_id = _user_id(user)
        self.is_anonymous = user_id == MASKED_ID and not user.sec_uid and not user.display_id
        self.is_mystery = None if user.mystery_man is None else user.mystery_man == 2
        self.print = sha256(_pack(user), usedforsecurity=False).digest()[:16]
        """128 bits over all that is kept."""
        columns = (
            None if self.is_anonymous else user_id,
            user.display_id or None,
            user.sec_uid or None,
            user.nickname or None,
            user.gender or None,
            _avatar(user),
            *_grade(user.pay_grade or _NO_GRADE),
        )
        club = (user.fans_club.data if user.fans_club is not None else None) or _UNTOLD
        self.where_anchor_is_named: _Columns = (*columns, *_club(club))
        self.where_it_is_not = self.where_anchor_is_named if club.club_name else (*columns, *_club(_UNTOLD))
        """The gateway leaves a membership blank where the poll named no anchor."""

    @property
    def weight(self) -> int:
        """Bytes of memory."""
        return _EACH + sum(map(getsizeof, self.where_anchor_is_named))


class Contributors:
    """Those that were met lately: who comes for the second time is remembered, so that strangers cost little."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._known: dict[bytes, Contributor] = {}
        self._lengths: dict[bytes, int] = {}
        """How many bytes told of whom the first of them told; 0 of those who came once."""
        self._weight = 0

    def cut_from(self, body: bytes) -> tuple[bytes, dict[bytes, Contributor]] | None:
        """A body with marks in the place of users that are known by their bytes, and whom the marks stand for.

        None where all are strangers. What is cut out was read before as a whole JSON value, and stands where a value
        does: a quote that is not escaped and a colon end a name. So the rest is as well formed as the body was.
        """
        found: list[Contributor] = []
        strangers: list[bytes] = []
        pieces: list[bytes] = []
        view, end, users = memoryview(body), 0, 0
        at = body.find(_NAME)
        while at >= 0 and len(found) < len(_MARKS):
            at, users = at + len(_NAME) - 1, users + 1
            first = body[at : at + _FIRST]
            length = self._lengths.get(first)
            if length is None:
                strangers.append(first)
            elif length and (known := self._known.get(xxh3_128_digest(view[at : at + length], _SEED))):
                pieces += (body[end:at], _MARKS[len(found)])
                found.append(known)
                at = end = at + length
            at = body.find(_NAME, at)
        if len(strangers) == users:
            self._note(strangers)
            return None
        return b"".join([*pieces, body[end:]]), dict(zip(_MARKS, found, strict=False))

    def of(self, told: Raw, cut: Mapping[bytes, Contributor]) -> Contributor:
        """The contributor that bytes tell of, or whom they stand for among those that were `cut` out.

        Raises msgspec.DecodeError, or UnicodeDecodeError, where they tell of nobody.
        """
        text = bytes(told)
        if (known := cut.get(text)) is not None:
            return known
        first = text[:_FIRST]
        if first not in self._lengths or len(text) > USUAL:
            self._note([first])
            return Contributor(_decode(text))
        mark = xxh3_128_digest(text, _SEED)
        if mark not in self._known:
            self._remember(mark, Contributor(_decode(text)))
        self._lengths[first] = len(text)
        return self._known[mark]

    def _note(self, strangers: Sequence[bytes]) -> None:
        if len(self._lengths) + len(strangers) > MOST_NOTED:
            self._lengths.clear()
        self._lengths.update(dict.fromkeys(strangers, 0))

    def _remember(self, mark: bytes, met: Contributor) -> None:
        self._weight += met.weight
        if self._weight > self._remembered:
            self._known.clear()
            self._weight = met.weight
        self._known[mark] = met


def _grade(grade: PayGrade) -> _Spending:
    words = grade.grade_describe
    spending = _spending if not words or len(words) <= LONGEST_TEXT else _spending.__wrapped__  # not remembered
    return spending(grade.level, grade.this_grade_min_diamond, grade.this_grade_max_diamond, words)


@lru_cache(maxsize=1 << 14)
def _spending(level: int | None, low: int | None, high: int | None, describe: str | None) -> _Spending:
    """What a level says of a user's spending; many say the same."""
    if not low and not high:
        return None, None, None, describe or None, *UNKNOWN
    return level, low or 0, high or None, describe or None, *lifetime(low or 0, high or 0, describe or "")


def _club(club: ClubMembership) -> _Club:
    status = club.user_fans_club_status
    return club.club_name or None, club.level or None, None if status is None else status == 1


def _user_id(user: User) -> str | None:
    text = user.id_str
    if text and len(text) <= 20 and text.isascii() and text.isdigit() and text != "0":
        return text if len(text) < 20 or int(text) < 2**64 else _number(user)
    return _number(user)


def _number(user: User) -> str | None:
    return str(user.id) if user.id else None


def _avatar(user: User) -> str | None:
    addresses = user.avatar_thumb.url_list if user.avatar_thumb is not None else None
    return (addresses[0] or None) if addresses else None
