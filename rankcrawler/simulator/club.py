"""Membership in an anchor's fan club."""

from functools import cache

import msgspec

from rankcrawler.simulator.chance import mix, share
from rankcrawler.simulator.mask import ANONYMOUS
from rankcrawler.simulator.picture import club_badge
from rankcrawler.simulator.population import Profile
from rankcrawler.simulator.skeleton import Json, skeleton

_NAME_SALT, _MEMBER_SALT = 61, 62
_MEMBERS = 0.6  # share of contributors who are members
_NAMES = ("星光团", "小太阳", "守护者", "月亮船", "大家庭", "追风人", "糖果屋", "梦之队")


def _membership(user: Profile, anchor_id: int) -> Json:
    level = 1 + int(share(user.uid, anchor_id) ** 2 * 20)
    return {
        **skeleton().club["data"],
        "club_name": _NAMES[mix(anchor_id, _NAME_SALT) % len(_NAMES)],
        "level": level,
        "user_fans_club_status": 1,
        "badge": {"icons": [club_badge(level)], "title": ""},
        "anchor_id": anchor_id,
    }


@cache
def _no_club() -> bytes:
    return msgspec.json.encode(skeleton().club)


def club_json(user: Profile, anchor_id: int | None) -> bytes:
    """Return a contributor's `fans_club`; blank without an `anchor_id`, and for anonymised users and non-members."""
    if anchor_id is None or user.uid == ANONYMOUS or share(user.uid, anchor_id, _MEMBER_SALT) >= _MEMBERS:
        return _no_club()
    return msgspec.json.encode({**skeleton().club, "data": _membership(user, anchor_id)})
