"""Users as JSON: nearly all bytes of an answer. They stay the same between polls, so they are cached."""

from functools import lru_cache

import msgspec

from rankcrawler.simulator.grade import Grade, grade_of
from rankcrawler.simulator.picture import avatar, level_badge, level_icon
from rankcrawler.simulator.population import Profile
from rankcrawler.simulator.skeleton import Json, skeleton

_CLUB = b'"fans_club":'


def _pay_grade(grade: Grade) -> Json:
    return {
        "level": grade.level,
        "this_grade_min_diamond": grade.minimum,
        "this_grade_max_diamond": grade.maximum,
        "grade_describe": grade.description,
    }


def _public(user: Profile) -> Json:
    return {
        "id": user.uid,
        "short_id": user.short_id,
        "nickname": user.nickname,
        "gender": user.gender,
        "avatar_thumb": avatar(user),
        "secret": user.secret,
        "pay_grade": _pay_grade(grade_of(user.lifetime)),
        "display_id": user.display_id,
        "sec_uid": user.sec_uid,
        "mystery_man": user.mystery_man,
        "id_str": str(user.uid),
    }


def _whole(user: Profile) -> Json:
    public = _public(user)
    level = public["pay_grade"]["level"]
    icons = {"new_im_icon_with_level": level_badge(level), "new_live_icon": level_icon(level)}
    pay_grade = {**skeleton().user["pay_grade"], **public["pay_grade"], **icons}
    badges = [level_badge(level)]
    return {**skeleton().user, **public, "pay_grade": pay_grade, "badge_image_list_v2": badges}


@lru_cache(maxsize=4096)
def _around_club(user: Profile) -> tuple[bytes, bytes]:
    before, after = msgspec.json.encode(_whole(user)).split(_CLUB + b"null")
    return before + _CLUB, after


def portrait(user: Profile, club: bytes) -> msgspec.Raw:
    """Return the `user` of a rank list's row, with all fields and this `fans_club`."""
    before, after = _around_club(user)
    return msgspec.Raw(before + club + after)


@lru_cache(maxsize=4096)
def sketch(user: Profile) -> msgspec.Raw:
    """Return the `user` of an audience's row: the public fields only."""
    return msgspec.Raw(msgspec.json.encode(_public(user)))
