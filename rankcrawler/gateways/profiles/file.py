"""Reads a profile from its TOML file. Every error names the file, the line and the key."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from rankcrawler.errors import SettingError
from rankcrawler.gateways.profiles.check import Fault, faults
from rankcrawler.gateways.profiles.declaration import DiscoveryCall, Layout, Limits, ListCall, Profile, Success
from rankcrawler.gateways.profiles.lines import Key, line_of, lines
from rankcrawler.language import tr
from rankcrawler.spelling import hint

_ERROR = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")

T = TypeVar("T", bound=msgspec.Struct)


def parse(text: str, name: str, file: str) -> Profile:
    """The profile in a text; `name` becomes its name, `file` is named in errors. Raises SettingError."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(tr("{file}: this is not TOML: {error}", file=file, error=error)) from None
    try:
        return _profile(found, name)
    except _Wrong as wrong:
        key, why = wrong.fault
        fault = f"{'.'.join(key)}: {why}" if key else why
        line = line_of(key, lines(text))
        raise SettingError(tr("{file}, line {line}: {fault}", file=file, line=line, fault=fault)) from None


class _Wrong(Exception):  # noqa: N818 — it never leaves this module
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def _profile(found: dict[str, Any], name: str) -> Profile:
    """The tables as structs, the inner ones first: an error in one of them is then found with its whole key."""
    if "name" in found:
        raise _Wrong(Fault(("name",), tr("a profile has the name of its file")))
    for key, table, type_ in _tables(found):
        _converted(table, type_, key)
    profile = msgspec.structs.replace(_converted(found, Profile, ()), name=name)
    for fault in faults(profile):
        raise _Wrong(fault)
    return profile


def _tables(found: dict[str, Any]) -> Iterator[tuple[Key, Any, type[msgspec.Struct]]]:
    for name, type_ in (("lists", ListCall), ("discovery", DiscoveryCall)):
        members = found.get(name)
        if isinstance(members, dict):
            yield from (((name, member), table, type_) for member, table in members.items())
    answer = found.get("answer")
    if isinstance(answer, dict) and "success" in answer:
        yield ("answer", "success"), answer["success"], Success
    yield from (
        ((name,), found[name], type_) for name, type_ in (("answer", Layout), ("limits", Limits)) if name in found
    )


def _converted(table: Any, type_: type[T], key: Key) -> T:
    try:
        return msgspec.convert(table, type_)
    except msgspec.ValidationError as error:
        raise _Wrong(_fault(str(error), type_, key)) from None


def _fault(error: str, type_: type[msgspec.Struct], key: Key) -> Fault:
    """An error of msgspec's, with its place as a key."""
    found = _ERROR.fullmatch(error)
    assert found is not None
    why, place = found[1], found[2] or ""
    if unknown := _UNKNOWN.fullmatch(why):
        return Fault((*key, unknown[1]), tr("this key is not known: {hint}", hint=_hint(unknown[1], type_)))
    if missing := _MISSING.fullmatch(why):
        return Fault(key, tr("the key {key} is missing", key=missing[1]))
    field = place.lstrip(".").partition("[")[0].partition(".")[0]
    return Fault((*key, field) if field else key, f"{why[:1].lower()}{why[1:]}")


def _hint(name: str, type_: type[msgspec.Struct]) -> str:
    known = [field for field in type_.__struct_fields__ if field != "name"]
    return hint(name, known, tr("expected one of {names}", names=", ".join(known)))
