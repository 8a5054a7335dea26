"""What fires because nothing happens: no list arrives, and then one does again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rankcrawler.alerts.conditions import Silence
from rankcrawler.alerts.firing import Event, Fact, Firing, Host, Place, identified
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import is_named
from rankcrawler.alerts.stored import Arrival
from rankcrawler.insight.veil import Veil

_EVERYWHERE = ""


def firings(
    rooms: Sequence[Arrival], known: Mapping[str, str], rules: Iterable[Kept], veil: Veil, now_ms: int
) -> tuple[list[Firing], dict[str, str | None]]:
    """What fires at a moment, and which silences are known of from now on."""
    found: list[Firing] = []
    learnt: dict[str, str | None] = {}
    for kept in rules:
        when = kept.rule.when
        if not isinstance(when, Silence):
            continue
        prefix = f"silence:{kept.rule.key}:"
        open_ = {thing.removeprefix(prefix): int(value) for thing, value in known.items() if thing.startswith(prefix)}
        for subject, place, last_ms in _watched(rooms, when, veil):
            since_ms = open_.pop(subject, None)
            if since_ms is not None and last_ms > since_ms:
                found.append(_firing(kept, "again", subject, place, last_ms, {"seconds": (last_ms - since_ms) / 1000}))
                learnt[prefix + subject] = None
                since_ms = None
            quiet_ms = now_ms - max(last_ms, kept.rule.made_ms)
            if since_ms is None and quiet_ms >= when.after * 1000:
                facts: dict[str, Fact] = {"minutes": round(quiet_ms / 60_000, 1)}
                found.append(_firing(kept, "stops", subject, place, last_ms, facts))
                learnt[prefix + subject] = str(last_ms)
        learnt |= {prefix + subject: None for subject in open_}  # of rooms that have ended, or are polled no more
    return found, learnt


def _watched(rooms: Sequence[Arrival], when: Silence, veil: Veil) -> Iterator[tuple[str, Place | None, int]]:
    """What a rule watches: a subject, its room if it is one, and when the last list arrived, 0 before the first."""
    if when.each or when.rooms or when.anchors:
        for room in rooms:
            by_list = f"uid={room.anchor_id}" if room.anchor_id else None
            anchors = {each for each in (by_list, room.anchor) if each is not None}
            if is_named(when, room.room_id, anchors):
                host = Host(room.anchor, room.nickname, room.title) if room.anchor else by_list and Host(by_list)
                place = Place(room.source, room.kind, room.room_id, host or None)
                yield f"{room.source} {room.kind} {room.room_id}", veil.over(place), room.polled_ms or 0
    elif rooms:
        yield _EVERYWHERE, None, max(room.polled_ms or 0 for room in rooms)


def _firing(
    kept: Kept,
    event: Event,
    subject: str,
    place: Place | None,
    last_ms: int,
    facts: dict[str, Fact],
) -> Firing:
    return Firing(
        id=identified(kept.rule.key, event, subject, last_ms),
        rule=kept.rule.key,
        name=kept.rule.name,
        event=event,
        at_ms=max(last_ms, kept.rule.made_ms),
        subject=f"{event} {subject}".strip(),
        place=place,
        facts=facts,
    )
