"""The page of alerts: the rules, a form that makes one, and what has fired."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rankcrawler.alerts import rule as rules_of
from rankcrawler.alerts import wording
from rankcrawler.alerts.book import Fired, LoopSeen
from rankcrawler.alerts.conditions import KINDS
from rankcrawler.alerts.headline import headline
from rankcrawler.alerts.rule import Kept, Rule
from rankcrawler.clock import iso
from rankcrawler.language import marked
from rankcrawler.serve.alerts import Rules
from rankcrawler.serve.pages import parameters

HISTORY = 100
"""Firings that are shown."""
SPANS = (
    ("60", marked("1 minute")),
    ("120", marked("2 minutes")),
    ("300", marked("5 minutes")),
    ("600", marked("10 minutes")),
    ("1800", marked("30 minutes")),
    ("3600", marked("1 hour")),
    ("86400", marked("1 day")),
)
"""Durations that the form offers, in seconds."""
MUTES = (
    ("3600", marked("for 1 hour")),
    ("28800", marked("for 8 hours")),
    ("86400", marked("for 1 day")),
    ("", marked("until unmuted")),
)
USUAL = {
    "kind": "score",
    "coins": "100000",
    "times": "5",
    "within": "300",
    "least": "1000",
    "when": "both",
    "after": "300",
    "share": "80",
    "cool_down": "600",
    **dict.fromkeys(("name", "users", "rooms", "anchors", "each", "quiet"), ""),
}
"""What the form shows at first."""
_LISTS = ("users", "rooms", "anchors")
_NUMBERS = ("within", "after", "cool_down", "times", "share")


class RuleShown(msgspec.Struct, frozen=True):
    """A rule, in words."""

    name: str
    what: str
    targets: tuple[str, ...]
    cool_down: float
    quiet: str
    muted: str
    """How long it is muted; empty if it is not."""
    fired_at: str | None


class FiredShown(msgspec.Struct, frozen=True):
    """A firing, in words."""

    id: str
    happened_at: str
    rule: str
    title: str
    room_id: str | None
    fate: str
    outcomes: tuple[tuple[str, str], ...]
    """The state of each message, and what is said of it."""


class AlertsPage(msgspec.Struct, frozen=True):
    """What the page shows."""

    rules: tuple[RuleShown, ...]
    fired: tuple[FiredShown, ...]
    is_running: bool
    seen_at: str | None
    trouble: tuple[str, ...]
    targets: tuple[str, ...]
    given: Mapping[str, str]
    """The values of the form."""
    chosen: tuple[str, ...] = ()
    """The targets that are chosen in it."""
    problem: str = ""
    """Why the form was not taken."""
    kinds: tuple[tuple[str, str], ...] = tuple(wording.KINDS.items())


def page(found: Rules, history: Sequence[Fired], now_ms: int) -> AlertsPage:
    """The page, with an empty form."""
    loop: LoopSeen | None = found.loop
    targets = tuple(found.targets)
    return AlertsPage(
        rules=tuple(_rule(each, now_ms) for each in found.kept),
        fired=tuple(_fired(each) for each in history),
        is_running=loop is not None and loop.is_alive(now_ms),
        seen_at=None if loop is None else iso(loop.seen_ms),
        trouble=() if loop is None or not loop.is_alive(now_ms) else loop.trouble,
        targets=targets,
        given=USUAL,
        chosen=targets[:1],
    )


def with_given(shown: AlertsPage, given: Mapping[str, str]) -> AlertsPage:
    """The page with some values in its form, such as a contributor to wait for; raises RequestError."""
    wanted = {name: parameters.text(given, name) for name in given if name in USUAL}
    return msgspec.structs.replace(shown, given={**USUAL, **wanted})


def refused(shown: AlertsPage, form: Mapping[str, str], targets: Sequence[str], problem: str) -> AlertsPage:
    """The page with a form as it was sent, and why it was not taken."""
    return msgspec.structs.replace(shown, given={**USUAL, **form}, chosen=tuple(targets), problem=problem)


def read(form: Mapping[str, str], targets: Sequence[str]) -> Rule:
    """The rule of a form; fields that its kind does not have are left out. Raises SettingError."""
    kind = form.get("kind", "")
    own = {each.name for each in msgspec.structs.fields(KINDS[kind])} if kind in KINDS else set()
    fields: dict[str, Any] = {name: form[name] for name in own if form.get(name, "").strip()}
    for name in _LISTS:
        if name in fields:
            fields[name] = fields[name].replace(",", " ").split()
    fields |= {name: form[name] for name in ("name", "cool_down", "quiet") if form.get(name, "").strip()}
    for name in _NUMBERS:
        if name in fields:
            fields[name] = _number(fields[name])
    if "share" in fields and isinstance(fields["share"], float):
        fields["share"] = fields["share"] / 100
    if "each" in fields:
        fields["each"] = True
    return rules_of.made({**fields, "kind": kind, "targets": [*targets]})


def _number(text: str) -> float | str:
    """A number of the form; what is none stays as it is, and is refused as such."""
    try:
        return float(text)
    except ValueError:
        return text


def _rule(kept: Kept, now_ms: int) -> RuleShown:
    rule = kept.rule
    return RuleShown(
        rule.name,
        wording.described(rule.when),
        rule.targets,
        rule.cool_down,
        "" if rule.quiet is None else str(rule.quiet),
        wording.muted(kept.muted_until_ms, now_ms),
        None if kept.fired_ms is None else iso(kept.fired_ms),
    )


def _fired(found: Fired) -> FiredShown:
    firing = found.firing
    return FiredShown(
        firing.id,
        iso(firing.at_ms),
        firing.name,
        headline(firing),
        None if firing.place is None else firing.place.room_id,
        wording.fate(found),
        tuple((each.state, wording.outcome(each)) for each in found.deliveries),
    )
