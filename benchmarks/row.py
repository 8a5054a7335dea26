"""The flat row that the rivals store, made from a row of an answer."""

import re
from typing import Any

MISSING = re.compile(r"还差([\d.]+)(w?)")


def row(entry: dict[str, Any], room_id: str, captured_at: int, polled_at: int) -> dict[str, Any]:
    """Return the fields of one row."""
    user = entry["user"]
    grade = user["pay_grade"]
    club = user["fans_club"]["data"]
    low, high = lifetime_diamonds(grade)
    withheld = entry["score"] == 1 and not entry["exactly_score"]
    return {
        "source": "gateway",
        "room_id": room_id,
        "anchor_id": None,
        "captured_at": captured_at,
        "polled_at": polled_at,
        "rank": entry["rank"],
        "score": None if withheld else entry["score"],
        "exactly_score": entry["exactly_score"],
        "score_precision": "withheld" if withheld else "exact",
        "delta": entry["delta"],
        "user_id": user["id_str"],
        "display_id": user["display_id"],
        "sec_uid": user["sec_uid"],
        "nickname": user["nickname"],
        "gender": user["gender"],
        "avatar_url": next(iter(user["avatar_thumb"]["url_list"]), None),
        "pay_grade_level": grade["level"],
        "this_grade_min_diamond": grade["this_grade_min_diamond"],
        "this_grade_max_diamond": grade["this_grade_max_diamond"],
        "grade_describe": grade["grade_describe"],
        "lifetime_diamonds_min": low,
        "lifetime_diamonds_max": high,
        "fans_club_name": club["club_name"] or None,
        "fans_club_level": club["level"] or None,
        "fans_club_member": club["user_fans_club_status"] == 1,
        "is_hidden": entry["is_hidden"],
        "is_anonymous": user["id"] == 111111,
        "is_mystery": user["mystery_man"] == 2,
        "flags": [],
    }


def lifetime_diamonds(grade: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return the bounds of the user's lifetime spend: the level's upper bound minus what the next level still takes."""
    top = grade["this_grade_max_diamond"]
    missing = MISSING.search(grade["grade_describe"])
    if not top or not missing:
        return grade["this_grade_min_diamond"] or None, top or None
    if missing[2]:
        spent = top - int(float(missing[1]) * 10_000)
        return spent - 500, spent + 500
    spent = top - int(missing[1])
    return spent, spent
