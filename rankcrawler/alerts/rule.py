"""A rule: what it waits for, whom it tells, and when it keeps quiet."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from rankcrawler import moments
from rankcrawler.alerts.conditions import KINDS, AnyCondition
from rankcrawler.errors import SettingError
from rankcrawler.language import tr

NAME = re.compile(r"[\w-]{1,40}")
COOL_DOWN = 600.0
"""Seconds, unless a rule says otherwise."""
_QUIET = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s?[-–]\s?([01]?\d|2[0-3]):([0-5]\d)")


class Quiet(msgspec.Struct, frozen=True):
    """Hours of a day in TIME_ZONE, in minutes since midnight; they may pass midnight."""

    begins: int
    ends: int

    @classmethod
    def of(cls, text: str) -> "Quiet":
        """`"23:00-08:00"`; raises SettingError for anything else."""
        found = _QUIET.fullmatch(text.strip())
        if found is None:
            raise SettingError(tr("expected quiet hours such as 23:00-08:00, not {text!r}", text=text[:40]))
        first, second, third, fourth = map(int, found.groups())
        if (first, second) == (third, fourth):
            raise SettingError(tr("quiet hours must end at another time than they begin, not {text!r}", text=text[:40]))
        return cls(first * 60 + second, third * 60 + fourth)

    def __str__(self) -> str:
        return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.begins, self.ends))

    def end(self, now_ms: int, zone: ZoneInfo) -> int | None:
        """When the quiet hours end that it is in at a moment, in milliseconds since 1970; None if it is in none."""
        there = datetime.fromtimestamp(now_ms / 1000, zone)
        minute = there.hour * 60 + there.minute
        passes_midnight = self.begins > self.ends
        is_within = self.begins <= minute < self.ends
        if passes_midnight:
            is_within = minute >= self.begins or minute < self.ends
        if not is_within:
            return None
        day = there.date() + timedelta(days=int(passes_midnight and minute >= self.begins))
        end = datetime.combine(day, time(self.ends // 60, self.ends % 60), zone)
        return round(end.timestamp() * 1000)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule, as a person made it."""

    name: str
    when: AnyCondition
    targets: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    """Names of targets; without any, what fires is kept in the history alone."""
    cool_down: Annotated[float, Meta(ge=0, le=2_592_000)] = COOL_DOWN
    """Seconds in which it does not fire again for the same contributor in the same room, or the like."""
    quiet: Quiet | None = None
    key: str = ""
    """Differs between rules, also of those that had the same name one after the other."""
    made_ms: int = 0

    def with_key(self, now_ms: int) -> "Rule":
        """The rule, made now."""
        return msgspec.structs.replace(self, key=secrets.token_hex(8), made_ms=now_ms)


class Kept(msgspec.Struct, frozen=True):
    """A rule in the state file, and what became of it."""

    rule: Rule
    muted_until_ms: int | None = None
    """None if it is not muted."""
    is_armed: bool = False
    """Whether the store was looked at since it was made: until then, what happened before it was made is not new."""
    fired_ms: int | None = None
    """When it fired last."""

    def is_muted(self, now_ms: int) -> bool:
        """Whether it is muted at a moment."""
        return self.muted_until_ms is not None and self.muted_until_ms > now_ms


def made(fields: Mapping[str, Any]) -> Rule:
    """A rule of fields as people give them: those of Rule, and of its kind's condition, on one level.

    `cool_down`, `within` and `after` may be durations such as `10min`, and `quiet` hours such as `23:00-08:00`.
    Raises SettingError, which names the field.
    """
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    kind = str(given.pop("kind", ""))
    if kind not in KINDS:
        raise SettingError(tr("kind: expected one of {kinds}, not {kind!r}", kinds=", ".join(KINDS), kind=kind[:40]))
    for name in ("cool_down", "within", "after"):
        if isinstance(given.get(name), str):
            given[name] = 0 if given[name].strip() == "0" else moments.duration(given[name]) / 1000
    if isinstance(given.get("quiet"), str):
        given["quiet"] = msgspec.to_builtins(Quiet.of(given["quiet"]))
    own: dict[str, Any] = {name: given.pop(name) for name in ("targets", "cool_down", "quiet") if name in given}
    name = str(given.pop("name", kind))
    if NAME.fullmatch(name) is None:
        raise SettingError(tr("name: expected 1 to 40 letters, digits, - or _, not {name!r}", name=name[:40]))
    _check_fields(kind, given)
    condition: dict[str, Any] = {"kind": kind, **given}
    try:
        when = msgspec.convert(condition, AnyCondition, strict=False)
        whole: dict[str, Any] = {"name": name, "when": msgspec.to_builtins(when), **own}
        return msgspec.convert(whole, Rule, strict=False)
    except msgspec.ValidationError as error:
        raise SettingError(tr("the rule cannot be read: {error}", error=error)) from None


def _check_fields(kind: str, given: Mapping[str, Any]) -> None:
    """Raise SettingError for a field that the kind does not have, or lacks."""
    known = KINDS[kind]
    config = {each.name: each.required for each in msgspec.structs.fields(known)}
    for name in given:
        if name not in config:
            raise SettingError(tr("a rule of the kind {kind} has no {field}", kind=kind, field=name))
    for name, is_required in config.items():
        if is_required and name not in given:
            raise SettingError(tr("a rule of the kind {kind} needs {field}", kind=kind, field=name))
