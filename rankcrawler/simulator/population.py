"""The users of a world: all rooms draw their crowds from the same ones, so some users turn up in several rooms."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from random import Random

import msgspec

from rankcrawler.simulator.chance import share, stream
from rankcrawler.simulator.nickname import nickname

PEOPLE = 50_000

_LIFETIME_SALT, _PROFILE_SALT = 21, 22
_SMALLEST_LIFETIME, _LARGEST_LIFETIME = 300, 300_000_000
_HANDLE_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_."


class Profile(msgspec.Struct, frozen=True):
    """A user as the gateway shows one; `lifetime` is the user's lifetime spend in diamonds."""

    uid: int
    short_id: int
    nickname: str
    gender: int
    secret: int
    display_id: str
    sec_uid: str
    avatar: str
    lifetime: int
    mystery_man: int


def pick(chance: float) -> int:
    """Return the index of a user for a chance in [0, 1); a few users are picked much more often than others."""
    return int(PEOPLE * chance**3)


def lifetime_of(seed: int, index: int) -> int:
    """Return a user's lifetime spend in diamonds: heavy-tailed, below 1,200 for half of the users."""
    chance = share(seed, index, _LIFETIME_SALT)
    return min(_LARGEST_LIFETIME, int(_SMALLEST_LIFETIME / (1 - chance) ** 2))


def _uid(draw: Random, index: int) -> int:
    """Return an id of 11, 16 or 19 digits; two indexes never share one."""
    digits = draw.choice((11, 11, 16, 16, 19))
    lead = draw.randrange(10 ** (digits - 1), min(10**digits, 2**63 - PEOPLE)) // PEOPLE
    return lead * PEOPLE + index


def _sec_uid(draw: Random) -> str:
    return "MS4wLjABAAAA" + urlsafe_b64encode(draw.randbytes(draw.choice((32, 48)))).decode().rstrip("=")


def _handle(draw: Random, short_id: int) -> str:
    if draw.random() < 0.6:
        return str(short_id)
    return "".join(draw.choices(_HANDLE_LETTERS, k=draw.randrange(4, 17)))


def _avatar(draw: Random) -> str:
    if draw.random() < 0.2:
        return f"aweme-avatar/mosaic-legacy_{draw.randrange(10_000)}_{draw.randrange(10**9, 10**10)}"
    return f"tos-cn-i-0813/{draw.randbytes(16).hex()}"


@lru_cache(maxsize=16_384)
def profile_of(seed: int, index: int) -> Profile:
    """Return the user at an index in the world of a seed: always the same one."""
    draw = stream(seed, index, _PROFILE_SALT)
    short_id = draw.randrange(10**8, 4 * 10**9)
    return Profile(
        uid=_uid(draw, index),
        short_id=short_id,
        nickname=nickname(draw),
        gender=draw.randrange(3),
        secret=int(draw.random() < 0.15),
        display_id=_handle(draw, short_id),
        sec_uid=_sec_uid(draw),
        avatar=_avatar(draw),
        lifetime=lifetime_of(seed, index),
        mystery_man=2 if draw.random() < 0.01 else 1,
    )
