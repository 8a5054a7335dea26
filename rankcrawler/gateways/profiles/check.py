"""What is wrong with a profile beyond the types of its values."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rankcrawler.errors import SettingError
from rankcrawler.gateways.profiles import pointer
from rankcrawler.gateways.profiles.declaration import DiscoveryCall, Layout, ListCall, Profile
from rankcrawler.gateways.profiles.lines import Key
from rankcrawler.gateways.profiles.placement import Placement
from rankcrawler.gateways.profiles.pointer import Steps
from rankcrawler.gateways.verdict import setting
from rankcrawler.language import tr
from rankcrawler.model.kinds import KINDS
from rankcrawler.spelling import hint

_PATH = re.compile(r"/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
BESIDE_A_LIST = ("total", "user_count_desc", "currency", "has_more")
"""The fields that are read from the object that holds a list."""
PLACES = (
    *("entries", "key", "room_id", "room_number", "status", "title", "nickname", "began", "finished", "audience"),
    *("uid", "sec_uid"),
)
"""The pointers of a discovery call."""


class Fault(NamedTuple):
    """What is wrong, and at which key."""

    key: Key
    why: str


def faults(profile: Profile) -> Iterator[Fault]:
    """Yield everything that is wrong with a profile."""
    if not _NAME.fullmatch(profile.name):
        yield Fault(
            (), tr("a profile's file is named with small letters, digits and hyphens, not {name!r}", name=profile.name)
        )
    yield from _of_token(profile)
    if not profile.lists:
        yield Fault(("lists",), tr("expected a table for each kind of list: {tables}", tables=_names()))
    for kind, call in profile.lists.items():
        yield from _of_list(kind, call, profile.token)
    yield from _of_layout(profile.answer)
    yield from _of_places(profile.answer)
    for cell, action in profile.verdicts.items():
        yield from _of_verdict(cell, action)
    for name, discovery in profile.discovery.items():
        yield from _of_discovery(("discovery", name), discovery)


def _names() -> str:
    return tr(" or ").join(f"[lists.{kind}]" for kind in KINDS)


def _of_token(profile: Profile) -> Iterator[Fault]:
    try:
        Placement.of(profile.token)
    except ValueError as error:
        yield Fault(("token",), str(error))


def _of_list(kind: str, call: ListCall, token: str) -> Iterator[Fault]:
    key = ("lists", kind)
    if kind not in KINDS:
        yield Fault(key, tr("no kind of list has this name: {hint}", hint=hint(kind, KINDS, _names())))
    yield from _of_path((*key, "path"), call.path)
    if "room_id" not in call.parameters:
        yield Fault((*key, "parameters"), tr("expected the gateway's name for room_id"))
    for field in call.required:
        if field not in call.parameters:
            yield Fault((*key, "required"), tr("{field} is required, and parameters does not name it", field=field))
    yield from _of_names(key, [*call.parameters.values(), *call.constants], token)


def _of_path(key: Key, path: str) -> Iterator[Fault]:
    if not _PATH.fullmatch(path) or "/../" in f"{path}/":
        yield Fault(
            key, tr("expected a path that begins with / and has neither host nor query, not {path!r}", path=path)
        )


def _of_names(key: Key, names: list[str], token: str) -> Iterator[Fault]:
    taken = [*names, token.partition(":")[2]] if token.startswith("query:") else names
    for name in sorted({name for name in taken if taken.count(name) > 1}):
        yield Fault(key, tr("two parameters have the name {name!r}", name=name))


def _of_layout(layout: Layout) -> Iterator[Fault]:
    pointers = {"list": (layout.list,), "clock": (layout.clock,), "status_code": (layout.status_code,)}
    many = {"within": layout.within, "code": layout.code, "words": layout.words}
    yield from _of_pointers(("answer",), {**pointers, **many})
    if not layout.within:
        yield Fault(("answer", "within"), tr('expected a place, or "" for the whole answer'))
    for name, given, where in (
        ("code", layout.success.code, bool(layout.code)),
        ("status_code", layout.success.status_code, layout.status_code is not None),
    ):
        if where and not given:
            yield Fault(("answer", "success"), tr("{name} has a place, and success names no value of it", name=name))
        elif given and not where:
            yield Fault(
                ("answer", "success", name), tr("success names values of {name}, which has no place", name=name)
            )


def _of_places(layout: Layout) -> Iterator[Fault]:
    """Faults in how the places of an answer go together: every value must have a place of its own, in an object."""
    try:
        places = dict(_places(layout))
    except ValueError:  # _of_layout has found it
        return
    for steps, name in places.items():
        at = pointer.path(steps)
        if not steps or any(step.isdigit() for step in steps):
            yield Fault(("answer", name), tr("expected a place within objects, not {path}", path=at))
        within = next((other for other in places if other != steps and other[: len(steps)] == steps), None)
        if within is not None:
            yield Fault(
                ("answer", name), tr("{path} is a value, and an object that holds {name}", path=at, name=places[within])
            )
        if (
            steps[:-1] in {other[:-1] for other, kind in places.items() if kind == "list"}
            and steps[-1] in BESIDE_A_LIST
        ):
            yield Fault(("answer", name), tr("{path} has a meaning already: it is beside the list", path=at))
    if len(places) < len(list(_places(layout))):
        yield Fault(("answer",), tr("two values have the same place"))


def _places(layout: Layout) -> Iterator[tuple[Steps, str]]:
    for within in dict.fromkeys(layout.within):
        for name in ("list", "clock", "status_code"):
            if (place := getattr(layout, name)) is not None:
                yield pointer.steps(within) + pointer.steps(place), name
    for code in dict.fromkeys(layout.code):
        yield pointer.steps(code), "code"


def _of_pointers(key: Key, pointers: dict[str, tuple[str | None, ...]]) -> Iterator[Fault]:
    for name, values in pointers.items():
        for value in values:
            try:
                pointer.steps(value or "")
            except ValueError as error:
                yield Fault((*key, name), str(error))


def _of_verdict(cell: str, action: str) -> Iterator[Fault]:
    try:
        setting.row(cell, action)
    except SettingError as error:
        yield Fault(("verdicts", cell), str(error))


def _of_discovery(key: Key, call: DiscoveryCall) -> Iterator[Fault]:
    yield from _of_path((*key, "path"), call.path)
    yield from _of_names(key, [call.parameter, *call.constants], "")
    yield from _of_pointers(key, {name: (getattr(call, name),) for name in PLACES})
    if call.form == "one" and call.batch > 1:
        yield Fault((*key, "batch"), tr("a call whose entries are one takes one at a time"))
    if call.form == "rows" and call.key is None and call.asks != "room_id":
        yield Fault((*key, "key"), tr("expected the place where an entry says what it is about"))
    if call.form != "map" and call.room_id is None and call.asks != "room_id":
        yield Fault((*key, "room_id"), tr("expected the place of the room's id"))
    if call.status is not None and not (call.live and call.ended):
        yield Fault((*key, "status"), tr("expected the values that mean live and ended"))
