"""Keeps answers as long as they stand, and has each question answered once for all who ask it at the same time."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b
from time import monotonic
from typing import Any, Generic, TypeVar

from rankcrawler.insight import watching
from rankcrawler.insight.questions import Questions
from rankcrawler.serve.desk import Desk

T = TypeVar("T")

Stamp = Callable[[Questions], str]
"""What differs once the answer to a question may differ."""

REST = 9
"""How much longer than it took to find an answer it rests, before it is found again: one question takes a tenth of the
time, however many ask it and however often the store changes."""
LONGEST_REST = 5.0
"""Seconds."""
STANDS_MS = 10_000
"""How long an answer may stand that tells ages, or that is about a time until now; and one whose stamp does not tell of
everything that can change it, such as a poll that a worker writes late."""
_MOST_BYTES = 48_000_000
_LEAST_BYTES = 2000
_OTHER_BYTES = 500_000
"""What an answer that is not text takes, about."""


class Sheet(Generic[T]):
    """An answer, and the stamp with which it was found."""

    def __init__(self, stamp: str, answer: T) -> None:
        self.stamp = stamp
        self.answer = answer

    def etag(self, *asks: object) -> str:
        """An ETag: differs when the answer to what someone asks may differ."""
        text = "\n".join((self.stamp, *map(str, asks)))
        return f'W/"{blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()}"'


class _Question:
    """A question that was asked before."""

    def __init__(self) -> None:
        self.sheet: Sheet[Any] | None = None
        self.bytes = 0
        self.free_at = 0.0
        """When the answer may be found again, in seconds of the monotonic clock."""
        self.lock = asyncio.Lock()
        self.next: asyncio.Task[Sheet[Any]] | None = None
        """What finds the answer, and has not begun to."""


class Shelf:
    """Stands between those who ask and the desk. What it hands out is as current as if each had asked alone."""

    def __init__(self, desk: Desk, now_ms: Callable[[], int]) -> None:
        self.desk = desk
        self._now_ms = now_ms
        self._questions: OrderedDict[Hashable, _Question] = OrderedDict()
        self._bytes = 0

    async def answer(self, key: Hashable, question: Callable[[Questions], T], stamp: Stamp) -> Sheet[T]:
        """The answer to a question, which the key names; raises as Desk.ask does.

        It is found again if its stamp has changed. The stamp is taken after this call, so that it tells of all that was
        written before.
        """
        one = self._questions.setdefault(key, _Question())
        self._questions.move_to_end(key)
        known = one.sheet
        if known is not None and monotonic() < one.free_at and await self.desk.ask(stamp) == known.stamp:
            return known
        if one.next is None:
            one.next = asyncio.create_task(self._find(key, one, question, stamp))
            one.next.add_done_callback(_retrieved)
        return await asyncio.shield(one.next)

    def state(self, *, is_timeless: bool = False) -> Stamp:
        """The stamp of what anything that is written can change, and the time that passes, unless it `is_timeless`."""
        moment = "" if is_timeless else self._moment()
        return lambda store: f"{store.records.database.state()}\n{moment}"

    def room(self, room_id: str) -> Stamp:
        """The stamp of what the polls of a room can change."""
        moment = self._moment()
        return lambda store: f"{watching.room_state(store.records, room_id)}\n{moment}"

    def _moment(self) -> int:
        return self._now_ms() // STANDS_MS

    async def _find(self, key: Hashable, one: _Question, question: Callable[[Questions], T], stamp: Stamp) -> Sheet[T]:
        """Find the answer, after the one who finds it now, and after its rest. Until it begins, others may join."""
        async with one.lock:
            await asyncio.sleep(max(one.free_at - monotonic(), 0))
            one.next = None
            known = one.sheet

            def found(store: Questions) -> tuple[Sheet[T], float]:
                now = stamp(store)
                if known is not None and known.stamp == now:
                    return known, 0.0
                began = monotonic()
                return Sheet(now, question(store)), monotonic() - began

            try:
                sheet, seconds = await self.desk.ask(found)
            except BaseException:
                self._drop(key)
                raise
            if sheet is not known:
                one.sheet, one.free_at = sheet, monotonic() + min(REST * seconds, LONGEST_REST)
                self._weigh(key, one)
            return sheet

    def _weigh(self, key: Hashable, one: _Question) -> None:
        """Make room for an answer: those go that were asked for least lately."""
        if self._questions.get(key) is not one:
            return
        answer = None if one.sheet is None else one.sheet.answer
        size = _LEAST_BYTES + len(answer) if isinstance(answer, bytes) else _OTHER_BYTES
        self._bytes += size - one.bytes
        one.bytes = size
        while self._bytes > _MOST_BYTES and len(self._questions) > 1:
            self._drop(next(iter(self._questions)))

    def _drop(self, key: Hashable) -> None:
        one = self._questions.pop(key, None)
        if one is not None:
            self._bytes -= one.bytes


def is_known(header: str, etag: str) -> bool:
    """Whether a header If-None-Match names an answer."""
    return etag in (each.strip() for each in header.split(",")) or header.strip() == "*"


def _retrieved(task: asyncio.Task[Any]) -> None:
    """Those who waited have the error; all may have left."""
    if not task.cancelled():
        task.exception()
