"""What a poll asks for: one list of one room at one gateway."""

import msgspec


class RoomName(msgspec.Struct, frozen=True, order=True):
    """Identifies one kind of list of one room: the key under which a store, a rule or a cache keeps what it knows."""

    source: str
    """The gateway's name, so that simulated and real data never mix."""
    kind: str
    """The name of a rankcrawler.model.kinds.ListKind."""
    room_id: str


class Target(msgspec.Struct, frozen=True):
    """A room's list, and the anchor that the gateway is told, without whom it leaves out fan-club levels."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None = None

    @property
    def room(self) -> RoomName:
        """The target without its anchor, which a poll may leave out."""
        return RoomName(self.source, self.kind, self.room_id)
