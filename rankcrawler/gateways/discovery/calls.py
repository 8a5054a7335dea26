"""The discovery calls of a gateway: which of them finds the room of which anchor."""

from rankcrawler.errors import SettingError
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
        self._profile = profile
        calls = [Lookup(address, each, profile.answer, verdicts) for each in profile.discovery.values()]
        self._of_anchors: dict[str, Lookup] = {each.asks: each for each in calls if each.asks != _ROOM}
        rooms = [each for each in calls if each.asks == _ROOM]
        self.of_room = next((each for each in rooms if each.tells_ends), None)
        """The call that tells of one room whether it is a broadcast, and its title; None if there is none."""
        self.of_rooms = next((each for each in rooms if each.batch > 1), None)
        """The call that tells of many rooms whether they are live; None if there is none."""

    @property
    def finds_anchors(self) -> bool:
        """Whether any anchor's room can be found."""
        return bool(self._of_anchors)

    @property
    def batch(self) -> int:
        """How many anchors go in one call, at most."""
        return max((each.batch for each in self._of_anchors.values()), default=1)

    def of(self, anchor: Anchor) -> Lookup | None:
        """The call that finds an anchor's room; None if the gateway has none for what the anchor is known by."""
        return self._of_anchors.get(anchor.by)

    def check(self) -> None:
        """Raise SettingError if no anchor's room can be found."""
        if not self._of_anchors:
            raise SettingError(missing(self._profile, Anchor("", "")))

    def missing(self, anchor: Anchor) -> str:
        """Why an anchor cannot be followed at this gateway; an empty text if it can."""
        return missing(self._profile, anchor)


def missing(profile: Profile, anchor: Anchor) -> str:
    """Why an anchor cannot be followed at a gateway of this profile; an empty text if it can."""
    takes = [each.asks for each in profile.discovery.values() if each.asks != _ROOM]
    if anchor.by in takes:
        return ""
    if not takes:
        return tr("the gateway's profile {profile} has no call that finds an anchor's room", profile=profile.name)
    return tr(
        "the gateway's profile {profile} finds no room by {by}: it takes {takes}",
        profile=profile.name,
        by=anchor.by,
        takes=tr(" or ").join(takes),
    )
