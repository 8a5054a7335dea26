"""Pictures as JSON: each lists the same image at three URLs."""

from rankcrawler.simulator.population import Profile
from rankcrawler.simulator.skeleton import Json, skeleton

_AVATAR_HOSTS = tuple(f"https://{name}.douyinpic.com" for name in ("p3", "p9", "p6"))
_BADGE_HOSTS = tuple(f"http://{name}-webcast.douyinpic.com" for name in ("p6", "p3", "p9"))


def _picture(uri: str, addresses: list[str], **size: int) -> Json:
    return {**skeleton().image, "url_list": addresses, "uri": uri, **size}


def avatar(user: Profile) -> Json:
    """Return a user's avatar; an anonymised user's has no URLs."""
    if not user.avatar:
        return _picture("", [])
    drawn = user.avatar.startswith("aweme-avatar/")
    path = f"/aweme/100x100/{user.avatar}" if drawn else f"/img/{user.avatar}~c5_100x100"
    addresses = [f"{host}{path}.jpeg?from=4010531038" for host in _AVATAR_HOSTS]
    return _picture(f"100x100/{user.avatar}", addresses)


def _badge(uri: str, height: int, width: int) -> Json:
    addresses = [f"{host}/img/webcast/{uri}~tplv-obj.image" for host in _BADGE_HOSTS]
    return _picture(uri, addresses, height=height, width=width, image_type=1)


def level_badge(level: int) -> Json:
    """Return the badge that shows a user's level."""
    return _badge(f"user_grade_level_v5_{level}.png", 16, 32)


def level_icon(level: int) -> Json:
    """Return a level's icon; five levels share one."""
    lowest = level - level % 5
    return _badge(f"aweme_pay_grade_2x_{lowest}_{lowest + 4}.png", 12, 12)


def club_badge(level: int) -> Json:
    """Return the badge of a fan-club member."""
    return _badge(f"fansclub_level_v6_{level}.png", 16, 32)
