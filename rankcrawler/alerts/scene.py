"""A room in which something may fire: makes firings with all that a message tells of the room."""

from collections.abc import Iterable
from typing import Any

from rankcrawler.alerts.conditions import OfRooms
from rankcrawler.alerts.firing import Event, Firing, Host, Person, Place, identified
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.stored import RoomNow
from rankcrawler.insight import sureness
from rankcrawler.insight.ground import Ground
from rankcrawler.insight.veil import Veil
from rankcrawler.store.values import restored


class Scene:
    """A room, as it is at one look."""

    def __init__(self, ground: Ground, room: RoomNow, veil: Veil) -> None:
        self.ground = ground
        self.room = room
        self._veil = veil
        self._hosts: list[Host] | None = None

    @property
    def hosts(self) -> list[Host]:
        """The anchors who had a session in the room, by looks; the latest first."""
        if self._hosts is None:
            found = self.ground.database.find("insight_sessions_in", [(self.room.room_key,)])
            ordered = sorted(map(restored, found), key=lambda each: -int(each[1]))
            self._hosts = [Host(anchor, nickname, title) for _, _, anchor, title, nickname in ordered]
        return self._hosts

    def is_covered(self, kept: Kept) -> bool:
        """Whether a rule is about this room."""
        when = kept.rule.when
        if not isinstance(when, OfRooms):
            return True
        names = {f"uid={self.room.anchor_id}"} if self.room.anchor_id else set()
        if when.anchors:
            names |= {each.anchor for each in self.hosts}
        return is_named(when, self.room.room_id, names)

    def people(self, keys: Iterable[int | None]) -> dict[int, Person]:
        """Contributors by their keys; pseudonyms, where people are to be hidden."""
        found = self.ground.users(key for key in keys if key is not None)
        return {key: self._veil.over(Person(who.user_id, who.nickname)) for key, (who, _) in found.items()}

    def fire(
        self, kept: Kept, event: Event, at_ms: int, before_ms: int | None, person: Person | None = None, **more: Any
    ) -> Firing:
        """The firing of a rule in this room; the cool-down is about the room and the contributor."""
        room, rule = self.room, kept.rule
        who = "" if person is None else person.user_id
        name = (room.source, room.kind, room.room_id)
        failed, hidden = self._unseen(before_ms, at_ms)
        host = self.hosts[0] if self.hosts else Host(f"uid={room.anchor_id}") if room.anchor_id else None
        return Firing(
            id=identified(rule.key, event, *name, at_ms, who),
            rule=rule.key,
            name=rule.name,
            event=event,
            at_ms=at_ms,
            subject=" ".join((event, *name, who)),
            place=self._veil.over(Place(*name, host)),
            person=person,
            failed=failed,
            hidden=hidden,
            **more,
        )

    def _unseen(self, before_ms: int | None, at_ms: int) -> tuple[int, int]:
        """How many polls failed since the list before, and how many lists did not count."""
        if before_ms is None:
            return 0, 0
        polls = sureness.polls_of(self.ground, self.room.stored, before_ms + 1, at_ms)
        failed = sum(not each.is_answered for each in polls)
        return failed, sum(bool(each.is_answered) and not each.counts for each in polls)


def is_named(when: OfRooms, room_id: str, anchors: Iterable[str]) -> bool:
    """Whether a rule is about a room of these anchors: because it names one of them, or names none at all."""
    if not when.rooms and not when.anchors:
        return True
    return room_id in when.rooms or any(each in when.anchors for each in anchors)


def counts(kept: Kept, at_ms: int) -> bool:
    """Whether what happened at a moment is new to a rule."""
    return kept.is_armed or at_ms >= kept.rule.made_ms
