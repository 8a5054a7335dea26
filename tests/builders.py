"""Items, answers and polls that are well-formed, save for what a test changes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rankcrawler.gateways import wire
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.wire.contributor import Contributors
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.targets import Target

EXAMPLE = Path(__file__).parent / "responses" / "documented-example"
ROOM = "6994259511469247263"
CAPTURED, POLLED = "2021-09-17T01:44:39.980Z", "2021-09-17T01:44:40.000Z"
POLLED_MS = 1_631_843_080_000
TARGET = Target("gateway.test", "ranklist", ROOM)


def as_served(found: RoomSnapshot) -> RoomSnapshot:
    """A list without the flags that a store adds."""
    added = {"stale_list", "clock_stands_still"}
    entries = tuple(
        msgspec.structs.replace(each, flags=tuple(flag for flag in each.flags if flag not in added))
        for each in found.entries
    )
    flags = tuple(flag for flag in found.flags if flag not in added)
    return msgspec.structs.replace(found, entries=entries, flags=flags)


def entry(rank: int = 1, **changes: Any) -> RankEntry:
    """A row of which everything is known; the row above has 100 coins more."""
    fields = {
        "source": "gateway.test",
        "kind": "ranklist",
        "room_id": ROOM,
        "anchor_id": None,
        "captured_at": CAPTURED,
        "polled_at": POLLED,
        "rank": rank,
        "score": 100_000 - 100 * rank,
        "exactly_score": "10.0万",
        "score_precision": "exact",
        "delta": 0 if rank == 1 else 100,
        "user_id": str(7_000_000 + rank),
        "display_id": f"handle{rank}",
        "sec_uid": f"MS4w{rank}",
        "nickname": f"贡献者{rank}",
        "gender": 1,
        "avatar_url": "https://p3.example.com/a.jpeg",
        "pay_grade_level": 25,
        "this_grade_min_diamond": 15_000,
        "this_grade_max_diamond": 20_000,
        "grade_describe": "距离26级还差1998抖币",
        "lifetime_diamonds_min": 18_002,
        "lifetime_diamonds_max": 18_002,
        "fans_club_name": "粉丝团",
        "fans_club_level": 3,
        "fans_club_member": True,
        "is_hidden": False,
        "is_anonymous": False,
        "is_mystery": False,
    }
    return RankEntry(**(fields | changes))


def snapshot(entries: Sequence[RankEntry] | None = None, **changes: Any) -> RoomSnapshot:
    """A list of three rows, or of those given, that breaks no rule; changes may name fields of its target."""
    rows = tuple(entry(rank) for rank in (1, 2, 3)) if entries is None else tuple(entries)
    fields: dict[str, Any] = {
        "target": _target(changes),
        "captured_at": CAPTURED,
        "polled_at": POLLED,
        "total": 39_847,
        "user_count_desc": "3万+",
        "currency": None,
        "has_more": False,
        "entry_count": len(rows),
        "digest": "0" * 32,
        "entries": rows,
    }
    return RoomSnapshot(**(fields | changes))


def failed(**changes: Any) -> FailedPoll:
    """A poll that the gateway answered with an error of its own; changes may name fields of its target."""
    fields: dict[str, Any] = {
        "target": _target(changes),
        "polled_at": POLLED,
        "action": "retry",
        "reason": "HTTP 502",
        "status": 502,
        "code": None,
        "status_code": None,
        "attempt": 1,
    }
    return FailedPoll(**(fields | changes))


def polled(found: RoomSnapshot | FailedPoll, *, fence: int = 0, **schedule: Any) -> Poll:
    """The item that holds what was found under a lease; the room is polled once, but for what `schedule` says."""
    return Poll(found, fence, Schedule(**schedule))


def _target(changes: dict[str, Any]) -> Target:
    """The target that changes name, whose fields are taken out of them."""
    own = {name: changes.pop(name) for name in Target.__struct_fields__ if name in changes}
    return msgspec.structs.replace(TARGET, **own)


def list_url(base: str, room_id: str, anchor_id: str | None = None, kind: str = "ranklist") -> str:
    """Where a gateway with this address has a room's list."""
    gateway = Gateway(Address.of(base))
    return gateway.call(gateway.target(kind, room_id, anchor_id)).url


def example() -> dict[str, Any]:
    """The documented answer, to be changed at will."""
    answer: dict[str, Any] = json.loads((EXAMPLE / "answer.json").read_bytes())
    return answer


def row(rank: Any = 1, user: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A row as the gateway writes it, with the fields that every kind of answer has."""
    return {"rank": rank, "score": 10, "user": {"id": 5, "id_str": "5"} if user is None else user} | changes


def body(*ranks: Any, **changes: Any) -> bytes:
    """An answer that holds these rows; `changes` are made to the list that holds them."""
    inner = {"data": {"ranks": list(ranks), **changes}, "extra": {"now": 1_631_843_079_980}, "status_code": 0}
    return json.dumps({"code": 200, "msg": "成功", "data": inner}).encode()


def read(answer: bytes, kind: str = "ranklist") -> wire.Answer:
    """What the reader of a kind of list makes of a body."""
    return wire.Reader(kinds.named(kind)).read(answer)


def taken(
    answer: bytes | dict[str, Any], target: Target = TARGET, contributors: Contributors | None = None
) -> RoomSnapshot:
    """The snapshot that the crawler makes of an answer; contributors are remembered where they are given."""
    read = wire.Reader(kinds.named(target.kind), contributors).read
    body_ = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return wire.snapshot(read(body_), target, POLLED_MS)
