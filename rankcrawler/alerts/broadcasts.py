"""What fires by rooms as such: sessions that begin and end, and rooms that turn anonymous."""

from collections.abc import Iterator, Mapping, Sequence

from rankcrawler.alerts import stored
from rankcrawler.alerts.conditions import Anonymous, Session
from rankcrawler.alerts.firing import Event, Fact, Firing, Host, Place, identified
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import Scene, counts, is_named
from rankcrawler.alerts.stored import SessionNow
from rankcrawler.insight.veil import Veil
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.sessions import FOUND
from rankcrawler.store.standing import Standing

_FLAG = "anonymous_room"
_SAYS_WHO = (Standing.COUNTED, Standing.TELLS_NOTHING, Standing.UNCONFIRMED)
_ON, _OVER = "on", "over"


def anonymous(scene: Scene, since_ms: int, rules: Sequence[Kept]) -> Iterator[Firing]:
    """Rules that fire because the room's contributors are masked from a list after a moment on."""
    wanted = [each for each in rules if isinstance(each.rule.when, Anonymous)]
    room = scene.room
    if not wanted or room.kind != RANKLIST.name:
        return
    before = stored.flags_before(scene.ground, room.room_key, since_ms)
    is_masked = before is not None and _FLAG in before.split()
    for each in stored.lists(scene.ground, room.room_key, since_ms, room.listed_ms):
        if not each.entry_count or each.standing not in _SAYS_WHO:
            continue
        was_masked, is_masked = is_masked, _FLAG in (each.flags or "").split()
        if is_masked and not was_masked:
            for kept in wanted:
                if counts(kept, each.at_ms):
                    yield scene.fire(kept, "anonymous", each.at_ms, None)


def sessions(
    found: Sequence[SessionNow], known: Mapping[str, str], rules: Sequence[Kept], veil: Veil
) -> tuple[list[Firing], dict[str, str | None]]:
    """What fires because sessions have begun or ended, and what is known of them from now on."""
    firings: list[Firing] = []
    there = {f"session:{each.session_key}" for each in found}
    gone = (thing for thing in known if thing.startswith("session:") and thing not in there)
    learnt: dict[str, str | None] = dict.fromkeys(gone)
    for each in found:
        thing = f"session:{each.session_key}"
        state = _ON if each.ended_ms is None else _OVER
        before = known.get(thing)
        if before == state:
            continue
        learnt[thing] = state
        if before is None or (before, state) == (_OVER, _ON):
            firings += _fired(each, "begins", each.begun_ms, rules, veil)
        if each.ended_ms is not None:
            firings += _fired(each, "ends", each.ended_ms, rules, veil)
    return firings, learnt


def _fired(each: SessionNow, event: Event, at_ms: int, rules: Sequence[Kept], veil: Veil) -> Iterator[Firing]:
    for kept in rules:
        when = kept.rule.when
        if not isinstance(when, Session) or when.when not in (event, "both") or not counts(kept, at_ms):
            continue
        if not is_named(when, each.room_id, (each.anchor,)):
            continue
        place = Place(each.source, RANKLIST.name, each.room_id, Host(each.anchor, each.nickname, each.title))
        facts: dict[str, Fact] = {}
        if event == "ends":
            facts = {"seconds": (at_ms - each.begun_ms) / 1000}
        elif each.begun_by == FOUND:
            facts = {"was_on": 1}
        yield Firing(
            id=identified(kept.rule.key, event, each.source, each.anchor, each.room_id, at_ms),
            rule=kept.rule.key,
            name=kept.rule.name,
            event=event,
            at_ms=at_ms,
            subject=f"{event} {each.source} {each.anchor}",
            place=veil.over(place),
            facts=facts,
        )
