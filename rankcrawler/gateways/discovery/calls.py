"""The discovery calls of a gateway: which of them finds the room of which anchor."""

from rankcrawler.gateways.address import Address
from rankcrawler.gateways.discovery.lookup import Lookup
from rankcrawler.gateways.profiles import Profile
from rankcrawler.gateways.verdict import Verdicts
from rankcrawler.language import tr
from rankcrawler.model.anchors import Anchor

_ROOM = "room_id"


class Discovery:
    """What a gateway can be asked about anchors."""

    def __init__(self, address: Address, profile: Profile, verdicts: Verdicts) -> None:
        self._profile = profile.name
        calls = [Lookup(address, each, profile.answer, verdicts) for each in profile.discovery.values()]
        self._of_anchors: dict[str, Lookup] = {each.asks: each for each in calls if each.asks != _ROOM}
        rooms = [each for each in calls if each.asks == _ROOM]
        self.of_room = next((each for each in rooms if each.tells_ends), None)
        """The call that tells of one room whether it is a broadcast, and its title; None if there is none."""

    @property
    def batch(self) -> int:
        """How many anchors go in one call, at most."""
        return max((each.batch for each in self._of_anchors.values()), default=1)

    def of(self, anchor: Anchor) -> Lookup | None:
        """The call that finds an anchor's room; None if the gateway has none for what the anchor is known by."""
        return self._of_anchors.get(anchor.by)

    def missing(self, anchor: Anchor) -> str:
        """Why an anchor cannot be followed at this gateway; an empty text if it can."""
        if anchor.by in self._of_anchors:
            return ""
        if not self._of_anchors:
            return tr("the gateway's profile {profile} has no call that finds an anchor's room", profile=self._profile)
        takes = tr(" or ").join(self._of_anchors)
        return tr(
            "the gateway's profile {profile} finds no room by {by}: it takes {takes}",
            profile=self._profile,
            by=anchor.by,
            takes=takes,
        )
