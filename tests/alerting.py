"""Alerts without a process of their own: a store that tests write lists to, rules, and looks at it by turns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rankcrawler.alerts import book, ledger, rule, statefile
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.rule import Rule
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.watch import Watch
from rankcrawler.clock import iso
from rankcrawler.insight import opening
from rankcrawler.insight.veil import Veil
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.pseudonyms import of_key
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate
from tests.builders import entry, failed, polled, snapshot
from tests.serving import BEIJING

ROOM, OTHER = "7269635433430358144", "6994259511469247263"
START = 1_795_435_200_000
"""2026-11-23 20:00 in Beijing."""
MINUTE = 60_000


def listed(room: str, at_ms: int, scores: dict[int, int], **changes: Any) -> RoomSnapshot:
    """A room's list at a moment: the scores of contributors by their numbers."""
    at = iso(at_ms)
    place = {"room_id": room, "captured_at": at, "polled_at": at}
    ordered = sorted(scores.items(), key=lambda each: -each[1])
    rows = [
        entry(
            rank,
            score=score,
            exactly_score=str(score),
            delta=0 if rank == 1 else ordered[rank - 2][1] - score,
            user_id=str(number),
            nickname=f"贡献者{number}",
            display_id=f"h{number}",
            sec_uid=f"s{number}",
            **place,
        )
        for rank, (number, score) in enumerate(ordered, start=1)
    ]
    return snapshot(rows, digest=f"{hash((room, at_ms)) & (2**127 - 1):032x}", **place, **changes)


def masked(room: str, at_ms: int) -> RoomSnapshot:
    """A list whose contributors the gateway masks."""
    found = listed(room, at_ms, {1: 10, 2: 5})
    nobody = {"user_id": None, "nickname": "匿名", "display_id": None, "sec_uid": None, "is_anonymous": True}
    flags = ("anonymous_room",)
    rows = tuple(msgspec.structs.replace(row, flags=flags, **nobody) for row in found.entries)
    return msgspec.structs.replace(found, entries=rows, flags=flags)


class Scene:
    """A store, the rules about it, and one who looks."""

    def __init__(self, address: str, folder: Path, key: str = "") -> None:
        self.address = address
        self.store = locate.open_records(address, create=True)
        self.file = StateFile(statefile.place(folder))
        self.now_ms = START
        self._veil = Veil(of_key(key))
        self.watch = self._watching()

    def close(self) -> None:
        """Close everything."""
        self.watch.close()
        self.file.close()
        self.store.close()

    def rule(self, kind: str, at_ms: int = START, **fields: Any) -> Rule:
        """A rule that is made at a moment."""
        return book.add(self.file, rule.made({"kind": kind, "cool_down": "0", **fields}), at_ms)

    def write(self, *lists: RoomSnapshot, every: float | None = 60) -> None:
        """Store lists."""
        self.store.write([polled(each, every=every) for each in lists])

    def fail(self, room: str, at_ms: int) -> None:
        """Store a poll without a list."""
        self.store.write([polled(failed(room_id=room, polled_at=iso(at_ms)), every=60)])

    def session(self, anchor: str, room: str, begun_ms: int, ended_ms: int | None = None, by: str = "look") -> None:
        """Store what has become of a session."""
        ended_by = None if ended_ms is None else "looks"
        change = SessionChange(
            "gateway.test",
            anchor,
            room,
            1 if ended_ms is None else 2,
            begun_ms,
            by,
            ended_ms,
            ended_by,
            "夜场",
            "小主播",
        )
        self.store.note([change])

    def look(self, at_ms: int | None = None) -> list[Firing]:
        """What fires at a look, by time; it is written down."""
        self.now_ms = self.now_ms + 1000 if at_ms is None else at_ms
        kept = book.rules(self.file)
        found = self.watch.look(kept, self.now_ms)
        ledger.record(self.file, found, kept, self.now_ms, BEIJING)
        self.watch.keep(found)
        return sorted(found.firings, key=lambda each: each.at_ms)

    def restart(self) -> None:
        """Look with a new process's eyes."""
        self.watch.close()
        self.watch = self._watching()

    def _watching(self) -> Watch:
        return Watch(self.file, lambda: opening.opened(self.address, BEIJING, lambda: self.now_ms), self._veil)


def told(firings: Sequence[Firing]) -> list[tuple[str, str | None]]:
    """The event and the contributor of each."""
    return [(each.event, None if each.person is None else each.person.user_id) for each in firings]
