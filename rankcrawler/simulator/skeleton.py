"""The fields that the gateway sends and nobody reads: they give an answer its true shape and weight."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

Json = dict[str, Any]


class Skeleton(msgspec.Struct, frozen=True):
    """An answer's parts with nothing filled in: the list, an entry of it, its user, a picture, a club."""

    list: Json
    entry: Json
    user: Json
    image: Json
    club: Json


@cache
def skeleton() -> Skeleton:
    """Return the parts; they are shared, so copy what is to be filled."""
    text = files("rankcrawler.simulator").joinpath("skeleton.json").read_bytes()
    return msgspec.json.decode(text, type=Skeleton)
