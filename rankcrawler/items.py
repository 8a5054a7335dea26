"""What a crawl yields: one item a poll. A RoomSnapshot holds a RankEntry for each contributor of the list;
a FailedPoll says why there is no list.

All are frozen msgspec structs: building one costs 0.3 µs where a frozen dataclass costs 5, and a poll
builds a hundred. ItemAdapter takes them, so that exporters, pipelines and middlewares of others work.
What is not known is None, never 0 or "". Times are ISO 8601 in UTC with milliseconds; ids are strings.
"""

from collections.abc import Iterator
from typing import Any, Literal, get_args

import msgspec
from itemadapter import ItemAdapter
from itemadapter.adapter import AdapterInterface

ScorePrecision = Literal["exact", "rounded", "withheld"]
Kind = Literal["ranklist", "audience"]
"""Which of the room's lists: its contributors, or its audience."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class RankEntry(msgspec.Struct, frozen=True, gc=False):
    """One contributor of one list at one moment: a row of every feed."""

    source: str
    """The gateway's name, so that simulated and real data never mix."""
    kind: Kind
    room_id: str
    anchor_id: str | None
    captured_at: str
    """The list's own clock: when the gateway made it."""
    polled_at: str
    """The worker's clock: when the answer came."""
    rank: int
    """1 is first."""
    score: int | None
    """Gift coins (音浪), exact; None unless score_precision is exact."""
    exactly_score: str | None
    """The gateway's display text, rounded in spite of its name (1.0万)."""
    score_precision: ScorePrecision
    delta: int | None
    """Coins behind the entry above, as the gateway says; 0 at rank 1."""
    user_id: str | None
    """None in an anonymised row: its id is one that many people share."""
    display_id: str | None
    """The public handle, which its user can change."""
    sec_uid: str | None
    nickname: str | None
    gender: int | None
    """1 male, 2 female."""
    avatar_url: str | None
    pay_grade_level: int | None
    this_grade_min_diamond: int | None
    this_grade_max_diamond: int | None
    grade_describe: str | None
    lifetime_diamonds_min: int | None
    """Diamonds spent in the account's life, at the least; equal to the maximum when known exactly."""
    lifetime_diamonds_max: int | None
    """Diamonds spent in the account's life, at the most; inclusive."""
    fans_club_name: str | None
    fans_club_level: int | None
    fans_club_member: bool | None
    """None unless the poll named the anchor."""
    is_hidden: bool | None
    is_anonymous: bool
    is_mystery: bool | None
    flags: tuple[str, ...] = ()
    """Rules that this row or its list breaks, as rankcrawler.rules names them."""


class Quarantined(msgspec.Struct, frozen=True):
    """A row of an answer that could not be read; its content is not kept, since it may be anything."""

    position: int
    """Where it stood in the answer's list; 1 is first."""
    path: str
    """The JSON path of what is wrong."""
    reason: str


class RoomSnapshot(msgspec.Struct, frozen=True):
    """One room's list as one poll saw it; identified by (source, kind, room_id, captured_at)."""

    source: str
    kind: Kind
    room_id: str
    anchor_id: str | None
    captured_at: str
    polled_at: str
    total: int | None
    """People in the audience: not the length of the list."""
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None
    entry_count: int
    """The rows that could be read."""
    digest: str
    """128 bits, hex, over all that is kept of the list; equal digests are equal lists."""
    entries: tuple[RankEntry, ...]
    quarantined: tuple[Quarantined, ...] = ()
    """The rows that could not."""
    flags: tuple[str, ...] = ()
    """Rules that the list as a whole breaks."""
    fence: int = 0
    """The lease's token: a store refuses a snapshot whose token is older than the room's last."""
    every: float | None = None
    """Seconds between the room's polls, as its job says; None where it is polled once."""
    every_max: float | None = None
    """Up to how many, where the room adapts."""
    priority: int = 0
    kept: str | None = None
    """What the store made of it: stored, unchanged, empty or duplicate; None before it was asked."""


class FailedPoll(msgspec.Struct, frozen=True):
    """A poll that brought no list, and why."""

    source: str
    kind: Kind
    room_id: str
    anchor_id: str | None
    polled_at: str
    action: str
    """What follows from it, as rankcrawler.verdict names it: retry, wait, gone or stop."""
    reason: str
    status: int | None
    """The HTTP status; None where no answer came."""
    code: int | None
    """The outer code of the answer's body, if it could be read."""
    status_code: int | None
    """The inner code."""
    attempt: int
    """1 is the first since the room was last polled with success."""
    wait: float = 0.0
    """Seconds for which the gateway asks everybody to wait, where the action is wait."""
    fence: int = 0
    """As of a RoomSnapshot, like the next three."""
    every: float | None = None
    every_max: float | None = None
    priority: int = 0


class StructAdapter(AdapterInterface):
    """Lets itemadapter, and so all of Scrapy, read a msgspec struct; a frozen one refuses changes."""

    @classmethod
    def is_item_class(cls, item_class: type) -> bool:
        """Whether the class is a msgspec struct."""
        return issubclass(item_class, msgspec.Struct)

    @classmethod
    def get_field_names_from_class(cls, item_class: type) -> list[str]:
        """The struct's fields, in their order."""
        return list(item_class.__struct_fields__)  # type: ignore[attr-defined]

    def __getitem__(self, field_name: str) -> Any:
        if field_name not in self.item.__struct_fields__:
            raise KeyError(field_name)
        return getattr(self.item, field_name)

    def __setitem__(self, field_name: str, value: Any) -> None:
        self[field_name]
        setattr(self.item, field_name, value)

    def __delitem__(self, field_name: str) -> None:
        raise KeyError(f"{field_name}: a field of a struct cannot be removed")

    def __iter__(self) -> Iterator[str]:
        return iter(self.item.__struct_fields__)

    def __len__(self) -> int:
        return len(self.item.__struct_fields__)


# itemadapter's own way to learn of a new kind of item; whoever holds an item has imported this.
ItemAdapter.ADAPTER_CLASSES = (StructAdapter, *ItemAdapter.ADAPTER_CLASSES)
