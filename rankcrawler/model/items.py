"""What a crawl yields: one item a poll. A Poll holds a RoomSnapshot, with a RankEntry for each contributor of the list,
or a FailedPoll, which says why there is no list.

All are frozen msgspec structs: building one costs 0.3 µs where a frozen dataclass costs 5, and a poll
builds a hundred. ItemAdapter takes them, so that other people's exporters, pipelines and middlewares work.
What is unknown is None, never 0 or "". Times are ISO 8601 in UTC with milliseconds; ids are strings.
"""

from typing import Annotated, Literal

import msgspec

from rankcrawler.model import adapter, columns
from rankcrawler.model.columns import Group, Personal, column
from rankcrawler.model.schedules import ONCE, Schedule
from rankcrawler.model.targets import Target

adapter.register()  # whoever holds an item has imported this

ScorePrecision = Literal["exact", "rounded", "withheld"]


class RankEntry(msgspec.Struct, frozen=True, gc=False):
    """One contributor of one list at one moment: a row of every feed.

    A column is declared here and nowhere else: rankcrawler.model.columns derives the rest.
    """

    source: Annotated[
        str, column("The gateway that served the list.", "提供榜单的网关", group=Group.POLL, personal=Personal.NO)
    ]
    kind: Annotated[
        str,
        column(
            "Which of the room's lists: `ranklist` or `audience`.",
            "榜单种类：`ranklist`（贡献榜）或 `audience`（观众榜）",
            group=Group.POLL,
            personal=Personal.NO,
        ),
    ]
    room_id: Annotated[
        str, column("The live session.", "直播间（一场直播）的 id", group=Group.POLL, personal=Personal.NO)
    ]
    anchor_id: Annotated[
        str | None,
        column(
            "The anchor, if the poll named one.", "主播的 uid，轮询时给出才有", group=Group.POLL, personal=Personal.NO
        ),
    ]
    captured_at: Annotated[
        str,
        column(
            "The list's own clock: when the gateway made it.",
            "榜单自己的时间：网关生成榜单的时刻",
            group=Group.POLL,
            unit="ISO 8601, UTC",
            personal=Personal.NO,
        ),
    ]
    polled_at: Annotated[
        str,
        column(
            "The worker's clock: when the answer arrived.",
            "采集进程的时间：收到应答的时刻",
            group=Group.POLL,
            unit="ISO 8601, UTC",
            personal=Personal.NO,
        ),
    ]
    rank: Annotated[int, column("The row's rank; 1 is first.", "名次，1 为第一", group=Group.ROW, bits=32)]
    score: Annotated[
        int | None,
        column(
            "Gift coins (音浪), exact; null unless `score_precision` is `exact`.",
            "音浪，精确值；`score_precision` 不是 `exact` 时为 null",
            group=Group.ROW,
            unit="coins",
        ),
    ]
    exactly_score: Annotated[
        str | None,
        column(
            "The score as the gateway displays it; rounded in spite of its name (1.0万).",
            "网关的显示文本；虽名为精确，实为约数（1.0万）",
            group=Group.ROW,
            personal=Personal.NO,
        ),
    ]
    score_precision: Annotated[
        ScorePrecision,
        column(
            "`exact`, `rounded` or `withheld`.",
            "`exact`（精确）、`rounded`（约数）或 `withheld`（未公布）",
            group=Group.ROW,
            personal=Personal.NO,
        ),
    ]
    delta: Annotated[
        int | None,
        column(
            "Coins behind the row above, as the gateway states it; 0 at rank 1.",
            "与上一名相差的音浪，以网关所给为准；第一名为 0",
            group=Group.ROW,
            unit="coins",
        ),
    ]
    user_id: Annotated[
        str | None,
        column(
            "The contributor's uid; null in anonymised rows, which share one id.",
            "贡献者的 uid；匿名行共用一个 id，故为 null",
            group=Group.USER,
            personal=Personal.ID,
        ),
    ]
    display_id: Annotated[
        str | None,
        column(
            "The public handle (抖音号), which its user can change.",
            "抖音号，用户可以修改",
            group=Group.PROFILE,
            personal=Personal.ID,
        ),
    ]
    sec_uid: Annotated[
        str | None, column("A stable, opaque id.", "稳定的加密 id", group=Group.PROFILE, personal=Personal.ID)
    ]
    nickname: Annotated[str | None, column("The nickname.", "昵称", group=Group.PROFILE, personal=Personal.NAME)]
    gender: Annotated[
        int | None, column("1 male, 2 female.", "1 男，2 女", group=Group.PROFILE, bits=16, personal=Personal.NO)
    ]
    avatar_url: Annotated[
        str | None, column("The profile picture.", "头像地址", group=Group.PROFILE, personal=Personal.LEFT_OUT)
    ]
    pay_grade_level: Annotated[int | None, column("The user's level.", "用户等级", group=Group.GRADE, bits=32)]
    this_grade_min_diamond: Annotated[
        int | None, column("The level's lower bound.", "该等级的下限", group=Group.GRADE, unit="diamonds")
    ]
    this_grade_max_diamond: Annotated[
        int | None,
        column("The level's upper bound, exclusive.", "该等级的上限（不含）", group=Group.GRADE, unit="diamonds"),
    ]
    grade_describe: Annotated[
        str | None,
        column(
            "What is missing to the next level, in the gateway's words.",
            "距离下一等级还差多少，网关原文",
            group=Group.GRADE,
            personal=Personal.NO,
        ),
    ]
    lifetime_diamonds_min: Annotated[
        int | None,
        column(
            "Diamonds spent in the account's life, at least; equals the maximum when known exactly.",
            "账号累计消费的下限；精确已知时与上限相等",
            group=Group.GRADE,
            unit="diamonds",
        ),
    ]
    lifetime_diamonds_max: Annotated[
        int | None,
        column(
            "Diamonds spent in the account's life, at most, inclusive.",
            "账号累计消费的上限（含）",
            group=Group.GRADE,
            unit="diamonds",
        ),
    ]
    fans_club_name: Annotated[
        str | None,
        column(
            "The anchor's fan club; known where the poll named the anchor, like the next two.",
            "主播粉丝团的名称；与后两列一样，轮询时给出主播才有",
            group=Group.CLUB,
            personal=Personal.NO,
        ),
    ]
    fans_club_level: Annotated[int | None, column("The level in it.", "粉丝团等级", group=Group.CLUB, bits=32)]
    fans_club_member: Annotated[
        bool | None, column("Whether the user is a member.", "是否为粉丝团成员", group=Group.CLUB)
    ]
    is_hidden: Annotated[
        bool | None, column("Whether the user asked not to be shown.", "用户是否要求隐藏", group=Group.PROFILE)
    ]
    is_anonymous: Annotated[
        bool,
        column(
            "Whether the row is anonymised, and so belongs to no user.",
            "该行是否匿名（不属于任何用户）",
            group=Group.PROFILE,
        ),
    ]
    is_mystery: Annotated[
        bool | None, column("Whether the user is a mystery user (神秘人).", "是否为神秘人", group=Group.PROFILE)
    ]
    flags: Annotated[
        tuple[str, ...],
        column(
            "Rules that the row or its list breaks.", "该行或其榜单违反的规则", group=Group.ROW, personal=Personal.NO
        ),
    ] = ()


COLUMNS = columns.of(RankEntry)


class Quarantined(msgspec.Struct, frozen=True):
    """A row of an answer that could not be read; its content is not kept, since it may be anything."""

    position: int
    """Its place in the answer's list; 1 is first."""
    path: str
    """The JSON path of what is wrong."""
    reason: str


class RoomSnapshot(msgspec.Struct, frozen=True):
    """One room's list as one poll saw it; identified by its target's room and captured_at."""

    target: Target
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


class FailedPoll(msgspec.Struct, frozen=True):
    """A poll that brought no list, and why."""

    target: Target
    polled_at: str
    action: str
    """What follows from it, as rankcrawler.gateways.verdict names it: retry, wait, gone or stop."""
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


class Poll(msgspec.Struct, frozen=True):
    """One poll: what it found, and what it owes the lease under which it was made. This is the item of a crawl."""

    found: RoomSnapshot | FailedPoll
    fence: int = 0
    """The lease's number: a store refuses a poll whose number is lower than the room's last."""
    schedule: Schedule = ONCE
    """The room's schedule, as the lease has it."""
    kept: str | None = None
    """What the store made of it: stored, unchanged, empty, failed or duplicate; None before it was asked."""

    @property
    def target(self) -> Target:
        """What was polled."""
        return self.found.target

    @property
    def snapshot(self) -> RoomSnapshot | None:
        """The list, where there is one."""
        return self.found if isinstance(self.found, RoomSnapshot) else None
