"""The leases that a worker holds. Their number is limited, so slow storage, which holds them longer, slows leasing."""

import asyncio
import logging
from collections.abc import Iterable

from rankcrawler.queue.lease import Lease
from rankcrawler.queue.tally import Tally

logger = logging.getLogger(__name__)


class Window:
    """Holds a lease from when it is granted until its settlement is answered; sets `wake` when one leaves."""

    def __init__(self, size: int, tally: Tally, wake: asyncio.Event) -> None:
        self._size = size
        self._tally = tally
        self._wake = wake
        self._held: dict[str, Lease] = {}
        self._ended: set[str] = set()

    def __len__(self) -> int:
        return len(self._held)

    @property
    def free(self) -> int:
        """How many more leases fit."""
        return self._size - len(self._held)

    @property
    def has_room(self) -> bool:
        """Whether enough fit to make a call for leases worthwhile."""
        return self.free >= max(1, self._size // 4)

    def holds(self, lease: Lease) -> bool:
        """Whether this very lease is held; an equal one, or another of its room, is not."""
        return self._held.get(lease.room_id) is lease

    def held(self) -> list[Lease]:
        """All leases."""
        return list(self._held.values())

    def open(self) -> list[Lease]:
        """Those that have not ended."""
        return [lease for room, lease in self._held.items() if room not in self._ended]

    def take(self, leases: Iterable[Lease]) -> None:
        """Hold new leases. An open one of the same room must have expired, and counts as lost."""
        for lease in leases:
            if lease.room_id in self._held:
                self.lose([self._held[lease.room_id]])
            self._ended.discard(lease.room_id)
            self._held[lease.room_id] = lease

    def end(self, lease: Lease) -> bool:
        """Note that a lease is to be settled; False if it is not held, or has ended before."""
        if not self.holds(lease) or lease.room_id in self._ended:
            return False
        self._ended.add(lease.room_id)
        return True

    def lose(self, leases: Iterable[Lease]) -> None:
        """Drop open leases that have expired; the answer to its settlement decides about one that has ended."""
        for lease in leases:
            if lease.room_id not in self._ended:
                self.drop(lease, was_lost=True)

    def drop(self, lease: Lease, *, was_lost: bool) -> None:
        """Hold a lease no longer; does nothing if it is not held."""
        if not self.holds(lease):
            return
        del self._held[lease.room_id]
        self._ended.discard(lease.room_id)
        self._wake.set()
        if was_lost:
            self._tally.lost += 1
            logger.warning("%s: the lease expired before it was settled", lease.label, extra=lease.fields)
