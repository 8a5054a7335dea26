"""The dialects of the simulated gateway: how each gateway that it can speak for is asked, and how it answers.

A dialect is a TOML file in the folder dialects/. It states a gateway's facts apart from the profile by which a crawl
asks it, so that a mistake in either of them shows.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from msgspec import UNSET

DEFAULT = "titodata"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class ListPath(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one kind of list is, and what a request for it needs."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    room_id: str = "room_id"
    """The name of the parameter."""
    anchor_id: str | None = None
    """The name of the parameter; None if the gateway has none."""
    needs_anchor: bool = False
    constants: dict[str, str] = {}
    """Parameters that must have these values."""


class DiscoveryPath(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a call that finds rooms is, what it takes, and what the platform's `data` is in its answers.

    A call about several anchors or rooms has the template `many`, with `{rooms}` and `{statuses}`. Others have one
    for each state.
    """

    path: str
    asks: Literal["uid", "sec_uid", "web_rid", "room_id"]
    parameter: str
    method: Literal["GET", "POST"] = "GET"
    most: int = 1
    """How many it takes at once."""
    many: Any = UNSET
    live: Any = UNSET
    offline: Any = UNSET
    replay: Any = UNSET


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to answer without a list."""

    status: int = 200
    """The HTTP status."""
    code: int | str = 0
    message: str = ""
    headers: dict[str, str] = {}
    body: Any = UNSET
    """The template of the body, if it is not the dialect's `refusal`."""
    status_code: int | None = None
    """The platform's own code, if it is the platform that refuses: the answer then holds the message as its prompt."""


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one gateway is asked and answers. Templates hold placeholders, such as `{platform}` and `{message}`."""

    token: str
    """Where the token is: `query:NAME`, `bearer` or `none`."""
    lists: dict[str, ListPath]
    """By kind of list."""
    answer: Any
    """The template of a good answer."""
    refusal: Any
    """The template of a failure."""
    failures: dict[str, Failure]
    """By outcome, as in the ledger."""
    discovery: dict[str, DiscoveryPath] = {}

    def good(self, platform: Any, values: Mapping[str, Any]) -> Any:
        """The answer, as JSON, with the platform's own answer in its place."""
        return filled(self.answer, {**values, "platform": platform})

    def bad(self, failure: Failure, values: Mapping[str, Any]) -> Any:
        """The body of a failure that is not the platform's."""
        message = filled(failure.message, values)
        template = self.refusal if failure.body is UNSET else failure.body
        return filled(template, {**values, "code": failure.code, "message": message})


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """A template with its placeholders replaced; one that is a whole text is replaced by a value of any type."""
    if isinstance(template, dict):
        return {name: filled(each, values) for name, each in template.items()}
    if isinstance(template, list):
        return [filled(each, values) for each in template]
    if not isinstance(template, str):
        return template
    if (whole := _PLACEHOLDER.fullmatch(template)) is not None:
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), template)


def names() -> list[str]:
    """The names of the dialects, the default first: those of the profiles that they go with."""
    found = (each.name for each in files(__package__).joinpath("dialects").iterdir())
    return sorted((name.removesuffix(".toml") for name in found), key=lambda name: (name != DEFAULT, name))


@cache
def named(name: str = DEFAULT) -> Dialect:
    """The dialect of this name."""
    text = files(__package__).joinpath("dialects", f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Dialect)
