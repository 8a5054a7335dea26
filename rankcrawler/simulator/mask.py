"""What the gateway shows in place of the truth, in rooms that keep it back."""

from collections.abc import Callable
from types import MappingProxyType

from msgspec.structs import replace

from rankcrawler.simulator.chance import mix
from rankcrawler.simulator.population import Profile
from rankcrawler.simulator.ranklist import Row
from rankcrawler.simulator.scenario import Scenario

NOBODY = 111111
"""The id that every row of an anonymised room has."""

Mask = Callable[[tuple[Row, ...]], tuple[Row, ...]]


def _nobody(user: Profile) -> Profile:
    name = user.nickname[0] + "***"
    return replace(user, uid=NOBODY, short_id=0, nickname=name, display_id="", sec_uid="", avatar="")


def anonymised(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows without identities, and with deltas that do not fit the scores."""
    return tuple(
        replace(row, user=_nobody(row.user), delta=row.delta + 1 + mix(row.score) % 97 if row.rank > 1 else 0)
        for row in rows
    )


def withheld(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows in their order, without their scores."""
    return tuple(replace(row, score=1, delta=0, text="") for row in rows)


MASKS = MappingProxyType[Scenario, Mask]({Scenario.ANONYMISED: anonymised, Scenario.WITHHELD: withheld})
"""The masks of the kinds of room that have one."""
