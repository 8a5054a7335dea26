"""The rules and their history, for pages and programs: read and changed in the file that `rankcrawler alerts` uses.

The server fires and sends nothing itself, and knows no address of a target: only their names.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import NamedTuple, TypeVar

import msgspec

from rankcrawler.alerts import book, ledger, statefile
from rankcrawler.alerts.book import Fired, LoopSeen
from rankcrawler.alerts.conditions import Appears
from rankcrawler.alerts.firing import Person
from rankcrawler.alerts.overview import Overview, overview
from rankcrawler.alerts.rule import Kept, Rule
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.errors import AlertError, SettingError
from rankcrawler.insight.veil import Veil
from rankcrawler.language import tr
from rankcrawler.serve.setup import Setup

T = TypeVar("T")


class Rules(NamedTuple):
    """Every rule, and the process that looks and delivers."""

    kept: Sequence[Kept] = ()
    loop: LoopSeen | None = None
    """None if none ever ran."""
    targets: Sequence[str] = ()
    """The names of the targets that a rule may tell."""


class Seen(NamedTuple):
    """What a look at the file finds."""

    state: str
    """What differs once anything was written to the file; empty where there is none."""
    overview: Overview


class Alerts:
    """Asks the file of rules, in a thread; what identifies people is replaced, if it is to be."""

    def __init__(self, setup: Setup, now_ms: Callable[[], int] | None = None) -> None:
        self._path = setup.alerts
        self._targets = setup.targets
        self._veil = Veil(setup.pseudonyms)
        self.now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)

    async def rules(self) -> Rules:
        """Every rule; raises AlertError."""

        def read(file: StateFile) -> Rules:
            return Rules(book.rules(file), book.loop(file))

        found = await self._read(read, Rules())
        seen = () if found.loop is None else found.loop.targets
        names = tuple(dict.fromkeys((*self._targets, *seen)))
        return Rules([self._veiled(each) for each in found.kept], found.loop, names)

    async def history(self, limit: int) -> list[Fired]:
        """What has fired, the latest first; raises AlertError."""
        return self._veil.over(await self._read(lambda file: book.history(file, limit), []))

    async def seen(self, known: str | None) -> Seen | None:
        """What stands in the file; None, without a query, if its state is still the one that is known.

        Raises AlertError.
        """
        path = self._path

        def looked() -> Seen | None:
            state = "" if path is None else statefile.state(path)
            if state == known:
                return None
            if path is None or not state:
                return Seen(state, Overview())
            with StateFile(path, create=False) as file:
                return Seen(state, overview(file))

        return await asyncio.to_thread(looked)

    async def add(self, new: Rule) -> Kept:
        """Keep a rule; raises SettingError for one that cannot be, NotInStore for a person who must be hidden."""
        known = (await self.rules()).targets
        for name in new.targets:
            if name not in known:
                raise SettingError(tr("ALERT_TARGETS has no target {name}", name=name[:40]))
        if isinstance(new.when, Appears):
            for user in new.when.users:
                self._veil.check_id(user)

        def added(file: StateFile) -> Kept:
            named = (
                msgspec.structs.replace(new, name=book.free_name(file, new.name)) if new.name == new.when.kind else new
            )
            return Kept(book.add(file, named, self.now_ms()))

        return await self._change(added)

    async def mute(self, name: str, seconds: float | None) -> None:
        """Mute a rule for some seconds, or until it is unmuted; raises NoRule."""
        until_ms = book.FOREVER if seconds is None else self.now_ms() + round(seconds * 1000)
        await self._change(lambda file: book.mute(file, name, until_ms))

    async def unmute(self, name: str) -> None:
        """End the muting of a rule; raises NoRule."""
        await self._change(lambda file: book.mute(file, name, None))

    async def remove(self, name: str) -> None:
        """Remove a rule; raises NoRule."""
        await self._change(lambda file: book.remove(file, name))

    async def test(self, name: str) -> None:
        """Have `rankcrawler alerts` send a test message of a rule; raises NoRule, SettingError without a target."""

        def put(file: StateFile) -> None:
            rule, at_ms = book.rule(file, name).rule, self.now_ms()
            if not rule.targets:
                raise SettingError(tr("the rule {name} has no target", name=rule.name))
            ledger.note_trial(file, book.trial(rule, at_ms), rule.targets, at_ms)

        await self._change(put)

    def _veiled(self, kept: Kept) -> Kept:
        """A rule without ids of people, if they are to be hidden: it may be older than that."""
        when = kept.rule.when
        if not self._veil or not isinstance(when, Appears):
            return kept
        users = tuple(self._veil.over(Person(user, None)).user_id for user in when.users)
        hidden = msgspec.structs.replace(when, users=users)
        return msgspec.structs.replace(kept, rule=msgspec.structs.replace(kept.rule, when=hidden))

    async def _read(self, question: Callable[[StateFile], T], nothing: T) -> T:
        """What a function of the file returns; `nothing` where there is none yet."""
        if self._path is None or not self._path.exists():
            return nothing
        return await self._ask(question, create=False)

    async def _change(self, change: Callable[[StateFile], T]) -> T:
        return await self._ask(change, create=True)

    async def _ask(self, question: Callable[[StateFile], T], *, create: bool) -> T:
        path = self._path
        if path is None:
            raise AlertError(tr("this server has no alerts"))

        def answered() -> T:
            with StateFile(path, create=create) as file:
                return question(file)

        return await asyncio.to_thread(copy_context().run, answered)
