"""Writes a stored list in the shape that the default gateway documents.

Every documented field is there. One that is not kept has the value that the gateway gives it where it knows nothing:
blank, 0, or an empty list. What is kept and unknown is null where 0 or false would be a statement: a score, a gap,
an audience, and whether someone is hidden or a mystery user.
"""

from typing import Any

import msgspec

from rankcrawler.clock import ms
from rankcrawler.gateways.wire.contributor import MASKED_ID
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.simulator.skeleton import Json, skeleton

LARGEST_NUMBER = 2**63 - 1
"""A contributor's id beyond this, or a pseudonym, is given as a text alone; its number is then 0."""
_encode = msgspec.json.Encoder().encode


def answer(snapshot: RoomSnapshot) -> bytes:
    """The answer with a list."""
    listed = {
        "ranks": [_row(row, snapshot) for row in snapshot.entries],
        "has_more": bool(snapshot.has_more),
        "total": snapshot.total,
        "currency": snapshot.currency or "",
        "user_count_desc": snapshot.user_count_desc or "",
    }
    return _good({"data": {**skeleton().list, **listed}, "extra": {"now": ms(snapshot.captured_at)}, "status_code": 0})


def no_list(prompts: str, now_ms: int) -> bytes:
    """The answer for a room that was polled, and that has no list yet: the platform's own kind of refusal."""
    return _good({"data": {"prompts": prompts}, "extra": {"now": now_ms}, "status_code": NO_LIST})


def refusal(code: int, message: str) -> bytes:
    """The answer to a request that is refused."""
    return _encode({"code": code, "msg": message})


NO_LIST = 10011
"""The inner code of a list that the platform does not have."""


def _good(platform: Json) -> bytes:
    return _encode({"code": 200, "msg": "成功", "data": platform})


def _row(row: RankEntry, snapshot: RoomSnapshot) -> Json:
    is_withheld = row.score_precision == "withheld"
    text = row.exactly_score or ""
    return {
        **skeleton().entry,
        "user": _user(row),
        "score": 1 if is_withheld and "scores_withheld" in snapshot.flags else row.score,
        "rank": row.rank,
        "gap_description": text,
        "delta": row.delta,
        "is_hidden": row.is_hidden,
        "score_description": text,
        "exactly_score": text,
    }


def _user(row: RankEntry) -> Json | None:
    """The contributor; None for a row that came without one."""
    if row.user_id is None and not row.is_anonymous:
        return None
    user_id = row.user_id or MASKED_ID
    picture = {**skeleton().image, "url_list": [row.avatar_url] if row.avatar_url else []}
    known: dict[str, Any] = {
        "id": int(user_id) if user_id.isdecimal() and int(user_id) <= LARGEST_NUMBER else 0,
        "id_str": user_id,
        "nickname": row.nickname or "",
        "gender": row.gender or 0,
        "avatar_thumb": picture,
        "pay_grade": _pay_grade(row),
        "fans_club": _fans_club(row),
        "display_id": row.display_id or "",
        "sec_uid": row.sec_uid or "",
        "mystery_man": None if row.is_mystery is None else 1 + row.is_mystery,
    }
    return {**skeleton().user, **known}


def _pay_grade(row: RankEntry) -> Json:
    known = {
        "level": row.pay_grade_level or 0,
        "this_grade_min_diamond": row.this_grade_min_diamond or 0,
        "this_grade_max_diamond": row.this_grade_max_diamond or 0,
        "grade_describe": row.grade_describe or "",
    }
    icons = {"new_im_icon_with_level": skeleton().image, "new_live_icon": skeleton().image}
    return {**skeleton().user["pay_grade"], **icons, **known}


def _fans_club(row: RankEntry) -> Json | None:
    """The membership; None where a gateway that knows the anchor leaves it out."""
    if row.fans_club_member is None and row.anchor_id is not None:
        return None
    known = {
        "club_name": row.fans_club_name or "",
        "level": row.fans_club_level or 0,
        "user_fans_club_status": int(row.fans_club_member or False),
        "anchor_id": int(row.anchor_id) if row.anchor_id and row.fans_club_name else 0,
    }
    return {**skeleton().club, "data": {**skeleton().club["data"], **known}}
