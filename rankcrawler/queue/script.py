"""The queue's Lua script. A server runs its parts as one, so that every operation is atomic."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from importlib.resources import files
from itertools import islice
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from rankcrawler.errors import NewerQueue
from rankcrawler.queue import limits

KEYS = (
    *("inbox", "intake", "sched", "ready", "lease", "own", "def", "att", "again", "dead", "info", "st", "ctl"),
    *("wrk", "born", "lag", "gave", "took", "retired", "pace", "failing", "note", "seen", "bell"),
)
"""The names of the keys, in the order in which a call passes them; lua/keys.lua says what each holds."""
BATCH = 500
"""How many rooms go in one call."""

_PARTS = ("keys", "definitions", "rooms", "inbox", "leases", "clock", "gates", "lend", "settle", "control", "run")
"""In this order: a part uses only what the parts before it define. `keys` documents the operations."""
_COMMENT = re.compile(r"^\s*--.*\n| --.*$", re.MULTILINE)
_NEWER = "NEWERQUEUE"
"""How the script answers if the queue is of a format that it does not know."""
_LARGEST_WHOLE = 2**53
"""Up to here a Lua number is exact."""


class Script:
    """The script, bound to the keys of the queue behind one inbox."""

    def __init__(self, redis: "Redis", inbox: str, *, slot: str | None = None) -> None:
        """`slot` names the queue's other keys, if the inbox does not."""
        self.redis = redis
        self.inbox = inbox
        self._slot = slot_of(slot or inbox)
        self._keys = [inbox, *(self.key(name) for name in KEYS[1:])]
        self._registered = redis.register_script(text())

    def key(self, name: str) -> str:
        """The key with that name in KEYS; all keys share the inbox's slot of a cluster."""
        return f"rc:{self._slot}:{name}"

    async def call(self, operation: str, *words: str | int) -> Any:
        """Run an operation of lua/keys.lua; raises NewerQueue if a newer version has written what it would read."""
        encoded = (word.encode(errors="surrogateescape") if isinstance(word, str) else word for word in words)
        try:
            return await self._registered(keys=self._keys, args=[operation, *encoded])
        except ResponseError as error:
            if _NEWER in str(error):
                raise NewerQueue(self.inbox) from None
            raise

    async def call_for_all(self, operation: str, rooms: Iterable[str]) -> AsyncIterator[Any]:
        """Run an operation for any number of rooms, with a word for each; gives one answer per BATCH of them.

        While the server works on a batch, the next is read.
        """
        rest, running = iter(rooms), None
        try:
            while batch := list(islice(rest, BATCH)):
                if running is not None:
                    yield await running
                running = asyncio.create_task(self.call(operation, *batch))
                await asyncio.sleep(0)  # sends it
            if running is not None:
                yield await running
        finally:
            if running is not None and not running.done():
                await asyncio.wait({running})


def slot_of(inbox: str) -> str:
    """What is in braces in the keys of the queue behind an inbox: they share a slot of a cluster."""
    return inbox if "{" in inbox else f"{{{inbox}}}"


def text() -> str:
    """The whole script, which begins with the constants of rankcrawler.queue.limits.

    It has no comments, and so nothing but ASCII: a client may use any encoding.
    """
    return "\n".join([_limits(), *map(source, _PARTS)])


def source(part: str) -> str:
    """A file of lua/ without its comments, which alone are not ASCII."""
    return _COMMENT.sub("", (files(__package__) / "lua" / f"{part}.lua").read_text("utf-8"))


def _limits() -> str:
    named = {name: value for name, value in vars(limits).items() if name.isupper()}
    return f"local {', '.join(named)} = {', '.join(map(_literal, named.values()))}"


def _literal(value: Any) -> str:
    """A constant as Lua writes it; a whole number that Lua would round becomes text."""
    if isinstance(value, tuple):
        return f"{{{', '.join(map(_literal, value))}}}"
    if isinstance(value, str) or value > _LARGEST_WHOLE:
        return json.dumps(str(value))
    return repr(value)
