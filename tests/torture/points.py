"""The named points at which a worker can be struck; each patches one function of the product."""

import os
import signal
from collections.abc import Callable
from threading import get_ident
from typing import Any

from rankcrawler.extensions.peers import Peers
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.lease import Grant, Outcome, Settled
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.spiders.ranklist import RanklistSpider
from rankcrawler.store.batch import Batch
from rankcrawler.store.sql_store import SqlStore


class Strike:
    """Kills or freezes this process on the `call`th call, and prints the point first."""

    def __init__(self, point: str, call: int, number: signal.Signals) -> None:
        self._point = point
        self._left = call
        self._signal = number

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.write(1, f"{self._point}\n".encode())
            signal.pthread_kill(
                get_ident(), self._signal
            )  # a signal to the process would let this thread run on for a while


def _after_lease(strike: Strike) -> None:
    """The rooms are leased, and no request has been sent."""
    lease = RoomQueue.lease

    async def struck(queue: RoomQueue, *args: Any) -> Grant:
        grant = await lease(queue, *args)
        if grant.leases:
            strike()
        return grant

    _patch(RoomQueue, "lease", struck)


def _after_request(strike: Strike) -> None:
    """The gateway has answered, and the answer has not been read."""
    parse = RanklistSpider.parse

    def struck(spider: RanklistSpider, *args: Any, **kwargs: Any) -> tuple[Any]:
        strike()
        return parse(spider, *args, **kwargs)

    _patch(RanklistSpider, "parse", struck)


def _before_write(strike: Strike) -> None:
    """The poll has reached the store, which has not begun a transaction."""
    write = SqlStore.write

    def struck(store: SqlStore, *args: Any) -> Any:
        strike()
        return write(store, *args)

    _patch(SqlStore, "write", struck)


def _before_commit(strike: Strike) -> None:
    """The rows are written, but the transaction is not committed."""
    write = Batch.write

    def struck(batch: Batch, *args: Any) -> None:
        write(batch, *args)
        strike()

    _patch(Batch, "write", struck)


def _after_commit(strike: Strike) -> None:
    """The rows are on disk, but the crawl does not know."""
    write = SqlStore.write

    def struck(store: SqlStore, *args: Any) -> Any:
        kept = write(store, *args)
        strike()
        return kept

    _patch(SqlStore, "write", struck)


def _before_ack(strike: Strike) -> None:
    """The acknowledgements are about to be sent."""
    settle = RoomQueue.settle

    async def struck(queue: RoomQueue, settlements: Any, *by: Any) -> list[Settled]:
        if any(settlement.outcome is Outcome.DONE for settlement in settlements):
            strike()
        return await settle(queue, settlements, *by)

    _patch(RoomQueue, "settle", struck)


def _after_ack(strike: Strike) -> None:
    """The queue has the acknowledgements, but the worker has not received its answer."""
    settle = RoomQueue.settle

    async def struck(queue: RoomQueue, settlements: Any, *by: Any) -> list[Settled]:
        answers = await settle(queue, settlements, *by)
        if any(settlement.outcome is Outcome.DONE for settlement in settlements):
            strike()
        return answers

    _patch(RoomQueue, "settle", struck)


POINTS: dict[str, Callable[[Strike], None]] = {
    "after_lease": _after_lease,
    "after_request": _after_request,
    "before_write": _before_write,
    "before_commit": _before_commit,
    "after_commit": _after_commit,
    "before_ack": _before_ack,
    "after_ack": _after_ack,
}


def _after_note(strike: Strike) -> None:
    """What follows from a look is in the anchor's note, and none of it is done."""
    _strike_after(AnchorQueue, "note", strike)


def _after_follow(strike: Strike) -> None:
    """The room of an anchor who is live is pushed, and the store knows of no session."""
    _strike_after(RoomQueue, "follow", strike)


def _after_conclude(strike: Strike) -> None:
    """The room is to be polled a last time, and the session goes on in the store."""
    _strike_after(RoomQueue, "conclude", strike)


def _after_session(strike: Strike) -> None:
    """The store has what has become of the session, and the look is not settled."""
    _strike_after(Peers, "note", strike)


def _strike_after(owner: type, name: str, strike: Strike) -> None:
    function = getattr(owner, name)

    async def struck(*args: Any) -> Any:
        answer = await function(*args)
        strike()
        return answer

    _patch(owner, name, struck)


SESSION_POINTS: dict[str, Callable[[Strike], None]] = {
    "after_note": _after_note,
    "after_follow": _after_follow,
    "after_conclude": _after_conclude,
    "after_session": _after_session,
}
"""Those on the way from a look at an anchor to its settlement."""


def arm(point: str, call: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Strike this process the `call`th time it reaches the point."""
    (POINTS | SESSION_POINTS)[point](Strike(point, call, number))


def _patch(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)
