"""The fields that the gateway sends but rankcrawler ignores: they give an answer its real shape and size."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

Json = dict[str, Any]


class Skeleton(msgspec.Struct, frozen=True):
    """The blank parts of an answer: the list, a row, the row's user, a picture, a fan club."""

    list: Json
    entry: Json
    user: Json
    image: Json
    club: Json


@cache
def skeleton() -> Skeleton:
    """Return the blank parts. They are shared: copy a part before you fill it in."""
    text = files("rankcrawler.simulator").joinpath("skeleton.json").read_bytes()
    return msgspec.json.decode(text, type=Skeleton)
