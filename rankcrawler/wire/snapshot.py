"""From a decoded answer to the items: where the gateway's habits become plain facts, or None."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import count
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from rankcrawler.errors import AnswerError
from rankcrawler.instants import iso
from rankcrawler.items import Kind, Quarantined, RankEntry, RoomSnapshot, ScorePrecision
from rankcrawler.wire.amounts import LONGEST_TEXT, UNKNOWN, lifetime
from rankcrawler.wire.answer import Answer, ClubMembership, Entry, PartialAnswer, PayGrade, User, Visitor

MASKED_ID = "111111"
"""The id that every row of an anonymised room carries: it belongs to nobody."""

_Spending = tuple[int | None, int | None, int | None, str | None, int | None, int | None]
"""As the columns of a RankEntry: level, its bounds, its words, the bounds of what was spent."""
_pack = msgspec.msgpack.Encoder().encode
_NO_GRADE = PayGrade()


class Poll(NamedTuple):
    """What the answer does not say of itself: only the request knows its room."""

    source: str
    room_id: str
    anchor_id: str | None
    polled_at_ms: int
    fence: int = 0
    every: float | None = None
    every_max: float | None = None
    priority: int = 0
    kind: Kind = "ranklist"


def snapshot(answer: Answer[Entry] | Answer[Visitor], poll: Poll) -> RoomSnapshot:
    """The snapshot that a successful answer holds; AnswerError where it holds no list or no time."""
    ranklist = answer.ranklist
    if ranklist is None or ranklist.ranks is UNSET or ranklist.ranks is None:
        raise AnswerError(f"Expected `array`, got nothing - at `{answer.ranks_path}`")
    if answer.now is None:
        raise AnswerError(f"Expected `int`, got nothing - at `{answer.now_path}`")
    ranks: Sequence[Entry | Visitor] = ranklist.ranks
    quarantined = answer.quarantined if isinstance(answer, PartialAnswer) else ()
    moments = iso(answer.now), iso(poll.polled_at_ms)
    withheld = _is_withheld(ranks)
    return RoomSnapshot(
        source=poll.source,
        kind=poll.kind,
        room_id=poll.room_id,
        anchor_id=poll.anchor_id,
        captured_at=moments[0],
        polled_at=moments[1],
        total=ranklist.total,
        user_count_desc=ranklist.user_count_desc or None,
        currency=ranklist.currency or None,
        has_more=ranklist.has_more,
        entry_count=len(ranks),
        digest=sha256(_pack(ranks), usedforsecurity=False).hexdigest()[:32],
        entries=tuple(
            [
                _row(each, each.rank or place, poll, moments, withheld)
                for place, each in zip(_places(quarantined), ranks, strict=False)
            ]
        ),
        quarantined=quarantined,
        fence=poll.fence,
        every=poll.every,
        every_max=poll.every_max,
        priority=poll.priority,
    )


def _places(quarantined: Sequence[Quarantined]) -> Iterable[int]:
    """Where the rows that could be read stood in the answer; endless."""
    if not quarantined:
        return count(1)
    unread = {row.position for row in quarantined}
    return (place for place in count(1) if place not in unread)


def _row(entry: Entry | Visitor, rank: int, poll: Poll, moments: tuple[str, str], withheld: bool) -> RankEntry:
    user = entry.user
    user_id = _user_id(user)
    anonymous = user_id == MASKED_ID and not user.sec_uid and not user.display_id
    grade = user.pay_grade or _NO_GRADE
    describe = grade.grade_describe
    spending = _spending if not describe or len(describe) <= LONGEST_TEXT else _spending.__wrapped__  # not remembered
    club = _club(user, poll.anchor_id)
    precision = _precision(entry, withheld)
    return RankEntry(
        poll.source,
        poll.kind,
        poll.room_id,
        poll.anchor_id,
        moments[0],
        moments[1],
        rank,
        entry.score if precision == "exact" else None,
        entry.exactly_score or None,
        precision,
        entry.delta,
        None if anonymous else user_id,
        user.display_id or None,
        user.sec_uid or None,
        user.nickname or None,
        user.gender or None,
        _avatar(user),
        *spending(grade.level, grade.this_grade_min_diamond, grade.this_grade_max_diamond, describe),
        club.club_name or None,
        club.level or None,
        None if club.user_fans_club_status is None else club.user_fans_club_status == 1,
        entry.is_hidden,
        anonymous,
        None if user.mystery_man is None else user.mystery_man == 2,
    )


@lru_cache(maxsize=1 << 14)
def _spending(level: int | None, low: int | None, high: int | None, describe: str | None) -> _Spending:
    """What a level says of a user's spending; from poll to poll most say the same."""
    if not low and not high:
        return None, None, None, describe or None, *UNKNOWN
    return level, low or 0, high or None, describe or None, *lifetime(low or 0, high or 0, describe or "")


def _is_withheld(ranks: Sequence[Entry | Visitor]) -> bool:
    """A room that hides its scores says 1 on every row, and no words."""
    return bool(ranks) and all(
        entry.score == 1 and not entry.exactly_score and not entry.score_description and not entry.gap_description
        for entry in ranks
    )


def _precision(entry: Entry | Visitor, withheld: bool) -> ScorePrecision:
    if withheld:
        return "withheld"
    if entry.score is not None:
        return "exact"
    return "rounded" if entry.exactly_score else "withheld"


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


_UNTOLD = ClubMembership()


def _club(user: User, anchor_id: str | None) -> ClubMembership:
    """The membership; nothing where the poll named no anchor, since the gateway then leaves it blank."""
    membership = user.fans_club.data if user.fans_club is not None else None
    if membership is None or (anchor_id is None and not membership.club_name):
        return _UNTOLD
    return membership
