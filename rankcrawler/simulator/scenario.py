"""The scenarios of rooms: the ways in which a real gateway's rank lists differ."""

from enum import StrEnum

from rankcrawler.simulator.chance import mix

_SALT = 11
_PERCENT_OF_EACH_ODD_SCENARIO = 5


class Scenario(StrEnum):
    """What is special about a room's list."""

    ORDINARY = "ordinary"
    ANONYMISED = "anonymised"  # every row has the user id 111111
    WITHHELD = "withheld"  # every score is 1, and every text is blank
    EMPTY = "empty"  # no contributor has sent a gift
    ENDED = "ended"  # the gateway answers 404 for the room


_ODD_SCENARIOS = (Scenario.ANONYMISED, Scenario.WITHHELD, Scenario.EMPTY, Scenario.ENDED)


def scenario_of(seed: int, room_id: str) -> Scenario:
    """Return the room's scenario: ordinary for 80% of rooms, each of the others for 5%."""
    slot = mix(seed, int(room_id), _SALT) % 100 // _PERCENT_OF_EACH_ODD_SCENARIO
    return _ODD_SCENARIOS[slot] if slot < len(_ODD_SCENARIOS) else Scenario.ORDINARY
