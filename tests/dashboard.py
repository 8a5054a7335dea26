"""A store with rooms as pages show them: ones that grow, are stale, fail, hide scores, have a gap, or have ended."""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rankcrawler.alerts import book, ledger, outbox, rule, statefile
from rankcrawler.alerts.firing import Event, Fact, Firing, Host, Person, Place
from rankcrawler.alerts.ledger import Look
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.clock import iso
from rankcrawler.model.items import Poll
from rankcrawler.store import locate
from tests.builders import entry, failed, polled, snapshot

MINUTE = 60_000
UTC = ZoneInfo("UTC")
NAMES = (
    "晚风",
    "小鱼",
    "阿木",
    "柚子",
    "南山",
    "春水",
    "一粟",
    "云上",
    "Momo",
    "北方的狼",
    "月半弯",
    "老周",
    "Kiki",
    "青柠",
    "山海",
)
HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u202d مرحبا بالعالم",
    "🎁" * 200,
    "{{ 7 * 7 }} %s {0}",
    "a\u0301" * 60 + "‮​",
    '=HYPERLINK("http://x")',
)
"""Nicknames that a page must show as they are, and do nothing else with."""


def now_ms() -> int:
    """This machine's time, which pages go by."""
    return time.time_ns() // 1_000_000


def room_id(number: int) -> str:
    """The id of a room: 19 digits that are nobody's."""
    return str(7_300_000_000_000_000_001 + number)


def minute(room: str, at_ms: int, start: int, people: int, names: Sequence[str], seed: int, **changes: Any) -> Poll:
    """A room's list at a moment: each contributor's score grows at a pace of its own since the start.

    The contributor with the number `shift` gives very much at once.
    """
    rows = []
    for number in range(people):
        own = random.Random(seed * 1000 + number)
        arrival = start + own.randrange(1, 40) * MINUTE if number > 3 else start
        if arrival > at_ms:
            continue
        pace = own.lognormvariate(5.5, 1.6)
        burst = own.randrange(0, 150) * MINUTE + start
        gifts = int(pace * (at_ms - arrival + MINUTE) / MINUTE) + (int(pace * 40) if at_ms > burst else 0)
        rows.append((gifts + 1, number))
    shift = changes.pop("shift", 0)
    rows = [(score + shift * 1_000_000_000 * (number == shift), number) for score, number in rows]
    rows.sort(reverse=True)
    moment = iso(at_ms)
    place = {"room_id": room, "captured_at": moment, "polled_at": moment}
    every = changes.pop("every", 60)
    total = changes.pop("total", 900 + 37 * (seed % 90) + at_ms // MINUTE % 50)
    entries = []
    for rank, (score, number) in enumerate(rows, start=1):
        user = (number * 7 + seed % 5 * 3) % 97
        entries.append(
            entry(
                rank,
                score=score,
                exactly_score=str(score),
                delta=0 if rank == 1 else rows[rank - 2][0] - score,
                user_id=str(60_000_000_000 + user),
                nickname=names[user // 7 % len(names)],
                display_id=f"handle{user}",
                sec_uid=f"MS4w{user}",
                avatar_url=None,
                pay_grade_level=12 + number % 40,
                fans_club_level=number % 20 or None,
                fans_club_member=bool(number % 3),
                **place,
            )
        )
    digest = f"{random.Random(f'{room} {at_ms}').getrandbits(128):032x}"
    return polled(snapshot(entries, digest=digest, total=total, **place, **changes), every=every)


def withheld(room: str, at_ms: int, every: float = 60) -> Poll:
    """A list whose scores the gateway hides."""
    moment = iso(at_ms)
    place = {"room_id": room, "captured_at": moment, "polled_at": moment}
    hidden: dict[str, Any] = {"score": None, "exactly_score": None, "score_precision": "withheld", "delta": None}
    flags = ("scores_withheld",)
    rows = [entry(rank, flags=flags, **hidden, **place) for rank in (1, 2, 3)]
    digest = f"{random.Random(f'{room} {at_ms}').getrandbits(128):032x}"
    return polled(snapshot(rows, digest=digest, flags=flags, **place), every=every)


def fill(
    address: str,
    end_ms: int,
    rooms: int = 8,
    minutes: int = 90,
    names: Sequence[str] = NAMES,
    people: int = 24,
) -> None:
    """Rooms that were polled each minute until a moment.

    Of the first rooms, 1 has a gap and a time without scores, 2 is stale, 3 fails, 4 hides its scores, 5 is polled
    once, and 6 has ended.
    """
    with_store = locate.open_records(address, create=True)
    begin = end_ms - minutes * MINUTE
    for number in range(rooms):
        room, polls = room_id(number), []
        for step in range(minutes):
            at_ms = begin + (step + 1) * MINUTE - number * 700 % MINUTE - 500
            if number == 1 and minutes * 0.3 < step < minutes * 0.45:
                continue
            if number == 2 and step > minutes * 0.7:
                break
            if number == 5 and step < minutes - 1:
                continue
            if number == 6 and step > minutes * 0.5:
                break
            if (number == 1 and minutes * 0.6 < step < minutes * 0.7) or (number == 4 and step > minutes - 10):
                polls.append(withheld(room, at_ms))
            else:
                every = {"every": None} if number == 5 else {}
                polls.append(minute(room, at_ms, begin - 60 * MINUTE, people, names, number, **every))
        if number == 3:
            at = iso(end_ms - 200)
            polls.append(polled(failed(room_id=room, polled_at=at, reason="HTTP 502: bad gateway"), every=60))
        if number == 6:
            at = iso(begin + round(minutes * 0.5 + 2) * MINUTE)
            polls.append(
                polled(failed(room_id=room, polled_at=at, action="gone", reason="the room has ended"), every=60)
            )
        with_store.write(polls)
    with_store.close()


def alerts(folder: Path, now_ms: int) -> Path:
    """A file of alerts: rules of several kinds, one of them muted, and what they fired; returns its path."""
    path = statefile.place(folder)
    place = Place("gateway.test", "ranklist", room_id(0), Host("uid=5", "小主播"))
    someone, other = Person("60000000000", NAMES[0]), Person("60000000007", HOSTILE[0])
    with StateFile(path) as file:
        for fields in (
            {"kind": "score", "coins": 100_000, "targets": ["phone"], "quiet": "23:00-08:00"},
            {"kind": "pace", "name": "burst", "targets": ["phone", "hook"], "anchors": ["uid=98204909466"]},
            {"kind": "appears", "name": "大哥", "users": ["60000000000", "60000000007"]},
            {"kind": "silence", "targets": ["hook"], "cool_down": 0},
        ):
            book.add(file, rule.made(fields), now_ms - 50 * MINUTE)
        kept = book.rules(file)
        keys = {each.rule.name: each.rule.key for each in kept}

        def fired(name: str, event: Event, minutes: int, **more: Any) -> Firing:
            at_ms = now_ms - minutes * MINUTE
            return Firing(f"{name}{minutes}", keys[name], name, event, at_ms, name, **more)

        facts: dict[str, Fact] = {
            "coins": 52_000,
            "minutes": 5.0,
            "pace": 10_400.0,
            "usual": 1100.0,
            "usual_hours": 5.5,
        }
        firings = [
            fired("score", "score", 48, place=place, person=someone, facts={"coins": 100_000, "score": 104_300}),
            fired("score", "score", 44, place=place, person=someone, facts={"coins": 100_000, "score": 101_000}),
            fired("burst", "pace", 32, place=place, person=other, facts=facts, is_least=True),
            fired("大哥", "appears", 20, place=place, person=other, facts={"rank": 7}),
            fired("silence", "stops", 12, facts={"minutes": 5.0}),
        ]
        ledger.record(file, Look("store", firings, armed={*keys.values()}), kept, now_ms - 10 * MINUTE, UTC)
        for message in outbox.take_due(file, now_ms):
            if message.target == "phone":
                outbox.delivered(file, message, now_ms)
            else:
                outbox.failed(file, message, "HTTP 503", now_ms)
        book.mute(file, "大哥", now_ms + 90 * MINUTE)
        book.note_loop(file, 4242, now_ms - 60 * MINUTE, now_ms, [], ["phone", "hook"])
    return path
