"""Masks: how the gateway changes the rows of rooms that hide their contributors or scores."""

from collections.abc import Callable
from types import MappingProxyType

from msgspec.structs import replace

from rankcrawler.simulator.chance import mix
from rankcrawler.simulator.population import Profile
from rankcrawler.simulator.ranklist import Row
from rankcrawler.simulator.scenario import Scenario

ANONYMOUS = 111111
"""The user id in every row of an anonymised room."""

Mask = Callable[[tuple[Row, ...]], tuple[Row, ...]]


def _anonymous(user: Profile) -> Profile:
    name = user.nickname[0] + "***"
    return replace(user, uid=ANONYMOUS, short_id=0, nickname=name, display_id="", sec_uid="", avatar="")


def anonymised(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows without their contributors' identities, and with deltas that contradict the scores."""
    return tuple(
        replace(row, user=_anonymous(row.user), delta=row.delta + 1 + mix(row.score) % 97 if row.rank > 1 else 0)
        for row in rows
    )


def withheld(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows in the same order, without their scores."""
    return tuple(replace(row, score=1, delta=0, text="") for row in rows)


MASKS = MappingProxyType[Scenario, Mask]({Scenario.ANONYMISED: anonymised, Scenario.WITHHELD: withheld})
"""The mask of each scenario that has one."""
