"""The rules in the state file, and what became of them: what people look at and change."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rankcrawler.alerts.firing import Fate, Firing, identified
from rankcrawler.alerts.rule import Kept, Rule
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.clock import LAST_MS
from rankcrawler.errors import NoRule, SettingError
from rankcrawler.language import tr

FOREVER = LAST_MS
"""Until when a rule is muted that is muted until someone unmutes it."""
MOST_RULES = 1000
ALIVE_MS = 30_000
"""A loop that has not been seen for longer does not run."""


class Delivery(msgspec.Struct, frozen=True):
    """A message about a firing to one target."""

    target: str
    state: str
    """waiting, sent or given_up."""
    attempts: int
    problem: str
    """Why the last attempt failed; empty if none has."""


class Fired(msgspec.Struct, frozen=True):
    """A firing, and what became of it."""

    firing: Firing
    fired_ms: int
    fate: Fate
    deliveries: tuple[Delivery, ...]


class LoopSeen(NamedTuple):
    """The process that looks and delivers, as it was seen last."""

    pid: int
    since_ms: int
    seen_ms: int
    trouble: tuple[str, ...]
    """What keeps it from looking at everything."""
    targets: tuple[str, ...]
    """The names of the targets that it knows."""

    def is_alive(self, now_ms: int) -> bool:
        """Whether it runs, as far as can be seen."""
        return now_ms - self.seen_ms <= ALIVE_MS


def rules(file: StateFile) -> list[Kept]:
    """Every rule, by name."""
    return [
        Kept(msgspec.json.decode(rule, type=Rule), muted_until, bool(is_armed), fired)
        for rule, muted_until, is_armed, fired in file.all("rules")
    ]


def rule(file: StateFile, name: str) -> Kept:
    """The rule of a name; raises NoRule if there is none."""
    found = next((each for each in rules(file) if each.rule.name == name), None)
    if found is None:
        raise NoRule(name)
    return found


def add(file: StateFile, new: Rule, now_ms: int) -> Rule:
    """Keep a rule from now on; raises SettingError if there is one of its name, or if there are too many."""
    kept = new.with_key(now_ms)
    with file.transaction():
        found = rules(file)
        if any(each.rule.name == new.name for each in found):
            raise SettingError(tr("there is a rule {name} already: give this one another name", name=new.name))
        if len(found) >= MOST_RULES:
            raise SettingError(tr("there are {most:,} rules already, the most that there may be", most=MOST_RULES))
        file.all("add_rule", key=kept.key, name=kept.name, rule=msgspec.json.encode(kept).decode())
    return kept


def free_name(file: StateFile, wanted: str) -> str:
    """A name that no rule has: the one that is wanted, or with a number after it."""
    taken = {each.rule.name for each in rules(file)}
    tries = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in tries if name not in taken)


def remove(file: StateFile, name: str) -> None:
    """Remove a rule; what it has fired stays in the history. Raises NoRule."""
    with file.transaction():
        if not file.all("remove_rule", name=name):
            raise NoRule(name)


def mute(file: StateFile, name: str, until_ms: int | None) -> None:
    """Mute a rule until a moment, or unmute it with None; raises NoRule."""
    with file.transaction():
        if not file.all("mute_rule", name=name, until_ms=until_ms):
            raise NoRule(name)


def history(file: StateFile, limit: int, before_ms: int = LAST_MS) -> list[Fired]:
    """What has fired, the latest first."""
    return [
        Fired(
            msgspec.json.decode(firing, type=Firing),
            fired_ms,
            fate,
            msgspec.json.decode(deliveries or "[]", type=tuple[Delivery, ...]),
        )
        for firing, fired_ms, fate, deliveries in file.all("history", limit=limit, before_ms=before_ms)
    ]


def trial(rule_: Rule, now_ms: int) -> Firing:
    """What a test of a rule sends."""
    at = identified(rule_.key, "test", now_ms)
    return Firing(at, rule_.key, rule_.name, "test", now_ms, f"test {now_ms}")


def loop(file: StateFile) -> LoopSeen | None:
    """The process that looks and delivers; None if none ever did."""
    for pid, since_ms, seen_ms, trouble, targets in file.all("loop"):
        texts = tuple[str, ...]
        return LoopSeen(
            pid, since_ms, seen_ms, msgspec.json.decode(trouble, type=texts), msgspec.json.decode(targets, type=texts)
        )
    return None


def note_loop(
    file: StateFile, pid: int, since_ms: int, seen_ms: int, trouble: Sequence[str], targets: Sequence[str]
) -> None:
    """Note that the process looks and delivers."""
    texts = {"trouble": msgspec.json.encode(trouble).decode(), "targets": msgspec.json.encode(targets).decode()}
    with file.transaction():
        file.all("clear_loop")
        file.all("note_loop", pid=pid, since_ms=since_ms, seen_ms=seen_ms, **texts)
