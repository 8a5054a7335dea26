"""The schema of the gateway's answer: the names and types of the fields that are kept.

One set of structs reads two outer shapes: `{code, msg, data: {data: LIST, extra, status_code}}`
and the same without the outer pair, `{data: LIST, extra, status_code}`. Unknown fields are skipped, and so is what
the gateway says: rankcrawler.gateways.wire.words reads it where there is no list.
"""

from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

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


class Extra(msgspec.Struct, gc=False):
    """The object next to the list, with the list's clock in ms since 1970."""

    now: Moment | None = None


Row = TypeVar("Row")
"""A row of the list: Listed, Ranked, or its raw bytes."""


class RankList(msgspec.Struct, Generic[Row]):
    """The list, and the size of the room's audience."""

    ranks: list[Row] | UnsetType | None = UNSET
    total: Natural | None = None
    user_count_desc: str | None = None
    currency: str | None = None
    has_more: bool | None = None


class Inner(RankList[Row], Generic[Row]):
    """The outermost `data`: the envelope of a list, or the list itself."""

    data: RankList[Row] | None = None
    extra: Extra | None = None
    status_code: Code | None = None


class Answer(msgspec.Struct, Generic[Row]):
    """The body of an answer."""

    code: Code | None = None
    data: Inner[Row] | None = None
    extra: Extra | None = None
    status_code: Code | None = None

    @property
    def ranklist(self) -> RankList[Row] | None:
        """The list, in either shape of answer."""
        return self.data.data if self.data is not None and self._enveloped else self.data

    @property
    def inner_code(self) -> int | None:
        """The inner status code; 0 means success."""
        return self.data.status_code if self.data is not None and self._enveloped else self.status_code

    @property
    def now(self) -> int | None:
        """The list's clock, in ms since 1970."""
        extra = self.data.extra if self.data is not None and self._enveloped else self.extra
        return None if extra is None else extra.now

    @property
    def ranks_path(self) -> str:
        """The JSON path of the rows."""
        return "$.data.data.ranks" if self._enveloped else "$.data.ranks"

    @property
    def now_path(self) -> str:
        """The JSON path of the list's clock."""
        return "$.data.extra.now" if self._enveloped else "$.extra.now"

    @property
    def _enveloped(self) -> bool:
        return self.data is not None and (self.data.data is not None or self.data.status_code is not None)


class PartialAnswer(Answer[Row], Generic[Row]):
    """An answer that was read row by row; `ranks` has the rows that could be read."""

    quarantined: tuple[Quarantined, ...] = ()
    """The others."""
    flags: tuple[str, ...] = ()
    """What the list lacks, as flags of rankcrawler.model.rules."""
