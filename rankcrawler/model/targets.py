"""What a poll requests: one list of one room at one gateway."""

import msgspec


class RoomName(msgspec.Struct, frozen=True, order=True):
    """Identifies one kind of list of one room; the key in stores, rules and caches."""

    source: str
    """The gateway's name, which keeps simulated and real data apart."""
    kind: str
    """The name of a rankcrawler.model.kinds.ListKind."""
    room_id: str


class Target(msgspec.Struct, frozen=True):
    """A room's list, and optionally its anchor. Without the anchor, the gateway leaves out fan clubs."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None = None

    @property
    def room(self) -> RoomName:
        """The target without its anchor, which polls may omit."""
        return RoomName(self.source, self.kind, self.room_id)
