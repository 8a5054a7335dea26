"""The schema of a list: the names and types of the fields that are kept.

Unknown fields are skipped, and so is what the gateway says: rankcrawler.gateways.wire.words reads it where there is no
list. What is around a list differs from gateway to gateway; rankcrawler.gateways.wire.outline makes structs for it.
"""

from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import UNSET

from rankcrawler.clock import FIRST_MS, LAST_MS
from rankcrawler.model.items import Quarantined

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Small = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Position = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Moment = Annotated[int, msgspec.Meta(ge=FIRST_MS, le=LAST_MS)]
Code = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Image(msgspec.Struct, gc=False):
    """A picture, at several URLs that serve the same bytes."""

    url_list: list[str] | None = None


class PayGrade(msgspec.Struct, gc=False):
    """A contributor's total spending, as a level with its bounds in diamonds."""

    level: Small | None = None
    this_grade_min_diamond: Natural | None = None
    this_grade_max_diamond: Natural | None = None
    grade_describe: str | None = None


class ClubMembership(msgspec.Struct, gc=False):
    """A contributor's membership in the anchor's fan club; status 1 means member."""

    club_name: str | None = None
    level: Small | None = None
    user_fans_club_status: Small | None = None


class FansClub(msgspec.Struct, gc=False):
    """The object around a membership."""

    data: ClubMembership | None = None


class User(msgspec.Struct, gc=False):
    """A contributor. A field with the name of a column fills that column."""

    id: Natural | None = None
    id_str: str | None = None
    display_id: str | None = None
    sec_uid: str | None = None
    nickname: str | None = None
    gender: Small | None = None
    avatar_thumb: Image | None = None
    pay_grade: PayGrade | None = None
    fans_club: FansClub | None = None
    mystery_man: Small | None = None
    own_room: Any = UNSET
    """The room where they broadcast, as in lists of anchors; it is not kept."""


class UserOfText(User, gc=False):
    """A contributor whose `id` is not read: it may be anything."""

    id: Any = None


Contributor_ = TypeVar("Contributor_")
"""A row's contributor: its raw bytes, or what was decoded from them."""


class Listed(msgspec.Struct, Generic[Contributor_], gc=False, kw_only=True):
    """A row of a list whose rows may omit their ranks; the rank is then the row's position."""

    user: Contributor_
    rank: Small | None = None
    score: Natural | None = None
    exactly_score: str | None = None
    score_description: str | None = None
    gap_description: str | None = None
    delta: Natural | None = None
    is_hidden: bool | None = None
    room_id: Any = UNSET
    """The room that the row is about, as in lists of anchors; it is not kept."""


class Ranked(Listed[Contributor_], Generic[Contributor_], gc=False, kw_only=True):
    """A row of a list whose rows all state their ranks."""

    rank: Position


LISTING: tuple[tuple[str, Any, Any], ...] = (
    ("total", Natural | None, None),
    ("user_count_desc", str | None, None),
    ("currency", str | None, None),
    ("has_more", bool | None, None),
)
"""The fields beside a list: names, types and defaults."""


class RankList(Protocol):
    """The object that holds a list: the rows, and the size of the room's audience."""

    ranks: Any
    """A list of rows; UNSET or None if there is none."""
    total: int | None
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None


class Answer(msgspec.Struct, kw_only=True):
    """What a body says, wherever its gateway puts it: rankcrawler.gateways.wire.outline knows where."""

    code: int | str | None = None
    """The outer code: a number, or a gateway's own word."""
    inner_code: int | None = None
    """The platform's own code."""
    ranklist: RankList | None = None
    now: int | None = None
    """The list's clock, in ms since 1970."""
    ranks_path: str = "$"
    """The JSON path of the rows."""
    quarantined: tuple[Quarantined, ...] = ()
    """The rows that could not be read; `ranklist` has the others."""
    flags: tuple[str, ...] = ()
    """What the list lacks, as flags of rankcrawler.model.rules."""
