"""The declaration of a row: its columns, in the order in which feeds have them.

A column is declared here and nowhere else: rankcrawler.model.columns derives the rest.
"""

from typing import Annotated, Literal

import msgspec

from rankcrawler.model import adapter, columns
from rankcrawler.model.columns import Group, Personal, column

adapter.register()  # here, because every module that handles items imports this one

ScorePrecision = Literal["exact", "rounded", "withheld"]


class RankEntry(msgspec.Struct, frozen=True, gc=False):
    """One contributor of one list at one moment: a row of every feed."""

    source: Annotated[
        str,
        column(
            "The gateway that served the list: its name as set, or its host, after its profile's name and : unless "
            "that is the default.",
            "网关：榜单的来源，即设置的名称；没有设置则为主机名，配置档不是默认的，前面还有它的名字和冒号",
            group=Group.POLL,
            personal=Personal.NO,
        ),
    ]
    kind: Annotated[
        str,
        column(
            "Which of the room's lists this is: `ranklist` or `audience`.",
            "榜单类型：`ranklist`（贡献榜）或 `audience`（观众榜）",
            group=Group.POLL,
            personal=Personal.NO,
        ),
    ]
    room_id: Annotated[
        str, column("The room: one live session.", "直播间 ID；每场直播一个", group=Group.POLL, personal=Personal.NO)
    ]
    anchor_id: Annotated[
        str | None,
        column(
            "The anchor's uid; null unless the poll named one.",
            "主播的 uid；轮询时没有指定则为 null",
            group=Group.POLL,
            personal=Personal.NO,
        ),
    ]
    captured_at: Annotated[
        str,
        column(
            "When the gateway made the list, by the list's own clock; without one, when the answer arrived.",
            "榜单时间：网关生成榜单的时刻，取自榜单本身；榜单没有时间的，取收到响应的时间",
            group=Group.POLL,
            unit="ISO 8601, UTC",
            personal=Personal.NO,
        ),
    ]
    polled_at: Annotated[
        str,
        column(
            "When the answer arrived, by the clock that all workers share.",
            "轮询时间：收到响应的时刻，取自所有 worker 共用的时钟",
            group=Group.POLL,
            unit="ISO 8601, UTC",
            personal=Personal.NO,
        ),
    ]
    rank: Annotated[int, column("Position in the list; 1 is first.", "名次，1 为榜首", group=Group.ROW, bits=32)]
    score: Annotated[
        int | None,
        column(
            "Gift coins (音浪), exact; null unless `score_precision` is `exact`.",
            "音浪：精确值；`score_precision` 不是 `exact` 时为 null",
            group=Group.ROW,
            unit="coins",
        ),
    ]
    exactly_score: Annotated[
        str | None,
        column(
            "The score as the gateway displays it, such as 1.0万; rounded, despite the name.",
            "展示文本：网关给出，如 1.0万；名为 exactly，实为约数",
            group=Group.ROW,
            personal=Personal.NO,
        ),
    ]
    score_precision: Annotated[
        ScorePrecision,
        column(
            "Whether the score is `exact`, `rounded` or `withheld`.",
            "音浪的精度：`exact`（精确）、`rounded`（约数）或 `withheld`（未公布）",
            group=Group.ROW,
            personal=Personal.NO,
        ),
    ]
    delta: Annotated[
        int | None,
        column(
            "Coins behind the row above, as the gateway states it; 0 at rank 1.",
            "与上一名相差的音浪，以网关给出的为准；榜首为 0",
            group=Group.ROW,
            unit="coins",
        ),
    ]
    user_id: Annotated[
        str | None,
        column(
            "The contributor's uid; null in anonymised rows.",
            "贡献者的 uid；匿名行为 null",
            group=Group.USER,
            personal=Personal.ID,
        ),
    ]
    display_id: Annotated[
        str | None,
        column(
            "The public handle (抖音号), which the contributor can change.",
            "抖音号，贡献者可以自行修改",
            group=Group.PROFILE,
            personal=Personal.ID,
        ),
    ]
    sec_uid: Annotated[
        str | None,
        column("The contributor's stable, opaque id.", "稳定不变的加密 ID", group=Group.PROFILE, personal=Personal.ID),
    ]
    nickname: Annotated[str | None, column("The display name.", "昵称", group=Group.PROFILE, personal=Personal.NAME)]
    gender: Annotated[
        int | None,
        column("1 for male, 2 for female.", "性别：1 为男，2 为女", group=Group.PROFILE, bits=16, personal=Personal.NO),
    ]
    avatar_url: Annotated[
        str | None,
        column("The address of the profile picture.", "头像的网址", group=Group.PROFILE, personal=Personal.LEFT_OUT),
    ]
    pay_grade_level: Annotated[
        int | None, column("The contributor's spending level.", "贡献者的消费等级", group=Group.GRADE, bits=32)
    ]
    this_grade_min_diamond: Annotated[
        int | None,
        column("The spending at which the level begins.", "该等级的消费下限", group=Group.GRADE, unit="diamonds"),
    ]
    this_grade_max_diamond: Annotated[
        int | None,
        column(
            "The spending at which the next level begins; null at the top level.",
            "下一等级的消费下限；最高等级为 null",
            group=Group.GRADE,
            unit="diamonds",
        ),
    ]
    grade_describe: Annotated[
        str | None,
        column(
            "What is left to the next level, in the gateway's words.",
            "距离下一等级还差多少，保留网关原文",
            group=Group.GRADE,
            personal=Personal.NO,
        ),
    ]
    lifetime_diamonds_min: Annotated[
        int | None,
        column(
            "The least that the account can have spent: exact, ±500 if `grade_describe` is in 万, else by level.",
            "账号累计消费的下限：精确值；`grade_describe` 以万计时误差 ±500；否则按等级推算",
            group=Group.GRADE,
            unit="diamonds",
        ),
    ]
    lifetime_diamonds_max: Annotated[
        int | None,
        column(
            "The most that the account can have spent; equals the minimum if known exactly.",
            "账号累计消费的上限；能精确得知时与下限相等",
            group=Group.GRADE,
            unit="diamonds",
        ),
    ]
    fans_club_name: Annotated[
        str | None,
        column(
            "The anchor's fan club; the gateway leaves out fan clubs unless the poll names the anchor.",
            "主播粉丝团的名称；只有轮询时指定了主播，网关才给出粉丝团信息",
            group=Group.CLUB,
            personal=Personal.NO,
        ),
    ]
    fans_club_level: Annotated[
        int | None, column("The contributor's level in the fan club.", "贡献者的粉丝团等级", group=Group.CLUB, bits=32)
    ]
    fans_club_member: Annotated[
        bool | None,
        column("Whether the contributor is a member of the fan club.", "贡献者是否为粉丝团成员", group=Group.CLUB),
    ]
    is_hidden: Annotated[
        bool | None, column("Whether the contributor asked not to be shown.", "贡献者是否要求隐藏", group=Group.PROFILE)
    ]
    is_anonymous: Annotated[
        bool,
        column(
            "Whether the row is anonymised, and so belongs to no known contributor.",
            "该行是否匿名；匿名行不对应任何贡献者",
            group=Group.PROFILE,
        ),
    ]
    is_mystery: Annotated[
        bool | None,
        column(
            "Whether the contributor hides as a mystery user (神秘人).",
            "贡献者是否以神秘人身份出现",
            group=Group.PROFILE,
        ),
    ]
    flags: Annotated[
        tuple[str, ...],
        column(
            "The rules that the row or its list breaks.",
            "该行或所在榜单违反的规则",
            group=Group.ROW,
            personal=Personal.NO,
        ),
    ] = ()


COLUMNS = columns.of(RankEntry)
