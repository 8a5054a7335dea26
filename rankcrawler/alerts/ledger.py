"""Writes down what has fired and how far the store was read, together, and what messages follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rankcrawler.alerts.firing import Fate, Firing, identified
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.clock import LAST_MS

MOST_ALONE = 5
"""Firings for one target at once that are messages of their own; more of them are one message."""
MOST_TOGETHER = 50
"""Firings in one message."""
KEPT_MS = 90 * 86_400_000
"""How long the history reaches back."""


class Cursor(NamedTuple):
    """How far the lists of a room were read."""

    room_id: str
    counted_ms: int
    """The last list that counts; -1 before the first."""
    listed_ms: int
    """The last list."""


@dataclass(slots=True)
class Look:
    """What one look has found, and what is known after it."""

    store: str = ""
    """The place of the store."""
    firings: list[Firing] = field(default_factory=list)
    cursors: dict[int, Cursor] = field(default_factory=dict)
    """By the keys of rooms."""
    learnt: dict[str, str | None] = field(default_factory=dict)
    """What else is known, by the names of things; None for what need not be known any more."""
    armed: set[str] = field(default_factory=set)
    """The keys of rules that count from now on."""


def record(file: StateFile, look: Look, kept: Iterable[Kept], now_ms: int, zone: ZoneInfo) -> None:
    """Write down a look, in one transaction: after a crash all of it was found, or none."""
    by_key = {each.rule.key: each for each in kept}
    with file.transaction():
        for room_key, cursor in look.cursors.items():
            file.all("move_cursor", store=look.store, room_key=room_key, **cursor._asdict())
        for thing, value in look.learnt.items():
            if value is None:
                file.all("forget", store=look.store, thing=thing)
            else:
                file.all("learn", store=look.store, thing=thing, value=value)
        for key in look.armed:
            file.all("arm_rule", key=key)
        send: dict[str, list[str]] = {}
        for firing in sorted(look.firings, key=lambda each: (each.at_ms, each.id)):
            _take(file, firing, by_key[firing.rule], now_ms, zone, send)
        for target, firings in send.items():
            _write_messages(file, target, firings, now_ms)


def note_trial(
    file: StateFile, firing: Firing, targets: Iterable[str], now_ms: int, problems: Mapping[str, str] | None = None
) -> None:
    """Have a firing delivered whatever its rule says of quiet hours and the like: a test.

    If it was delivered already, `problems` says of each target why it did not take it; an empty text if it did.
    """
    with file.transaction():
        _add(file, firing, "sent", now_ms)
        for target in targets:
            message = _write_messages(file, target, [firing.id], now_ms)
            if problems is not None:
                state = "given_up" if problems[target] else "sent"
                file.all("begin_attempt", id=message, due_ms=now_ms)
                file.all("end_message", id=message, state=state, problem=problems[target], now_ms=now_ms)


def release_held(file: StateFile, now_ms: int) -> None:
    """Make messages of what was held, where quiet hours have ended."""
    if not file.all("held_until", now_ms=now_ms):
        return
    with file.transaction():
        by_target: dict[str, list[str]] = {}
        for target, firing in file.all("held_until", now_ms=now_ms):
            by_target.setdefault(target, []).append(firing)
            file.all("release", target=target, firing=firing)
        for target, firings in by_target.items():
            _write_messages(file, target, firings, now_ms, is_summary=True)


def forget_old(file: StateFile, now_ms: int) -> None:
    """Remove what is older than the history reaches back."""
    with file.transaction():
        file.all("old_parts", before_ms=now_ms - KEPT_MS)
        file.all("old_messages")
        file.all("old_firings", before_ms=now_ms - KEPT_MS)


def _take(file: StateFile, firing: Firing, kept: Kept, now_ms: int, zone: ZoneInfo, send: dict[str, list[str]]) -> None:
    """Write down a firing with what becomes of it; adds it to what is to be sent."""
    rule = kept.rule
    last_ms: int | None = file.all("last_told", rule=rule.key, subject=firing.subject)[0][0]
    quiet_until = None if rule.quiet is None else rule.quiet.end(now_ms, zone)
    fate: Fate = "sent" if quiet_until is None else "held"
    if kept.is_muted(now_ms):
        fate = "muted"
    elif last_ms is not None and abs(firing.at_ms - last_ms) < rule.cool_down * 1000:
        fate = "cool_down"
    elif not rule.targets:
        fate = "no_target"
    else:
        firing = _with_untold(file, firing, last_ms)
    if not _add(file, firing, fate, now_ms):
        return
    if fate == "sent":
        for target in rule.targets:
            send.setdefault(target, []).append(firing.id)
    elif fate == "held":
        for target in rule.targets:
            file.all("hold", target=target, firing=firing.id, until_ms=quiet_until)


def _with_untold(file: StateFile, firing: Firing, last_ms: int | None) -> Firing:
    """The firing, with how many of its kind were not sent since the last one, because of the cool-down."""
    if last_ms is None:
        return firing
    since = {"since_ms": last_ms, "until_ms": firing.at_ms}
    [(untold,)] = file.all("untold", rule=firing.rule, subject=firing.subject, **since)
    if not untold:
        return firing
    return msgspec.structs.replace(firing, facts=firing.facts | {"untold": untold})


def _add(file: StateFile, firing: Firing, fate: Fate, now_ms: int) -> bool:
    """Write down a firing; False if it was written down before."""
    known = file.all("known_firing", id=firing.id)
    if known:
        return False
    file.all(
        "add_firing",
        id=firing.id,
        rule=firing.rule,
        subject=firing.subject,
        at_ms=min(max(firing.at_ms, 0), LAST_MS),
        fired_ms=now_ms,
        fate=fate,
        firing=msgspec.json.encode(firing).decode(),
    )
    return True


def _write_messages(
    file: StateFile, target: str, firings: Sequence[str], now_ms: int, *, is_summary: bool = False
) -> str:
    """Write the messages of some firings to a target: one for each, or for many one together; returns the last's id."""
    size = 1 if len(firings) <= MOST_ALONE and not is_summary else MOST_TOGETHER
    message = ""
    for at in range(0, len(firings), size):
        part = firings[at : at + size]
        message = identified(target, *part)
        file.all("add_message", id=message, target=target, now_ms=now_ms)
        for firing in part:
            file.all("add_part", message=message, firing=firing)
    return message
