"""What is said of alerts, and what they are given."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rankcrawler.alerts.conditions import KINDS
from rankcrawler.insight.answers import Answer

_Name = Annotated[str, Meta(pattern=r"^[\w-]{1,40}$")]
_Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$")]
_UserId = Annotated[str, Meta(min_length=1, max_length=64)]
_Anchor = Annotated[str, Meta(pattern="^(uid|sec_uid|web_rid)=.{1,200}$")]
_Seconds = Annotated[float, Meta(ge=1, le=2_592_000)]
_KIND = Meta(pattern=f"^({'|'.join(KINDS)})$")


class AlertRule(msgspec.Struct, frozen=True):
    """A rule. What its kind does not take is null, or empty."""

    name: str
    kind: str
    """appears, first, score, pace, session, anonymous, silence, dead or budget."""
    rooms: tuple[str, ...]
    """Only these rooms; without rooms and anchors all."""
    anchors: tuple[str, ...]
    """Only rooms of these anchors, such as `uid=98204909466`."""
    users: tuple[str, ...]
    """appears: the contributors."""
    coins: int | None
    """score: how many."""
    times: float | None
    """pace: how many times the room's usual pace."""
    within: float | None
    """pace: how long it is measured, in seconds."""
    least: int | None
    """pace: coins that must be given in that time."""
    when: str | None
    """session: begins, ends or both."""
    after: float | None
    """silence: how long no list arrives, in seconds."""
    each: bool | None
    """silence: whether each room is watched by itself."""
    share: float | None
    """budget: the share that is spent, 0 to 1."""
    targets: tuple[str, ...]
    """The names of those that it tells."""
    cool_down: float
    """Seconds in which it does not fire again for the same contributor and room."""
    quiet: str | None
    """Hours in which it tells no one, such as `23:00-08:00`."""
    made_at: str
    muted_until_at: str | None
    """None if it is not muted; the year 9999 if it is until someone unmutes it."""
    fired_at: str | None
    """When it fired last."""


class AlertRules(Answer, frozen=True, kw_only=True):
    """Every rule, and whether `rankcrawler alerts` runs: without it nothing fires, and nothing is sent."""

    is_running: bool
    seen_at: str | None
    """When it was seen last; None if it never ran."""
    trouble: tuple[str, ...]
    """What keeps it from looking at everything."""
    targets: tuple[str, ...]
    """The names of all targets."""
    rows: tuple[AlertRule, ...]


class AlertDelivery(msgspec.Struct, frozen=True):
    """A message about it, to one target."""

    target: str
    state: str
    """waiting, sent or given_up."""
    attempts: int
    problem: str
    """Why the last attempt failed; empty if none has."""


class FiredAlert(msgspec.Struct, frozen=True):
    """Something that a rule waited for."""

    id: str
    """The same in every message about it."""
    rule: str
    event: str
    """appears, first, score, pace, begins, ends, anonymous, stops, again, dead, budget, spent or test."""
    happened_at: str
    fired_at: str
    title: str
    """What has happened, in the language that is asked for."""
    fate: str
    """sent, held (for quiet hours), cool_down, muted or no_target."""
    source: str | None
    """The room; null for what is about none. So are the next two."""
    kind: str | None
    room_id: str | None
    user_id: str | None
    """The contributor; null for a masked one, and for what is about none."""
    nickname: str | None
    facts: dict[str, int | float | str | None]
    """What else is known of it, such as `score`, `rank` or `usual`."""
    deliveries: tuple[AlertDelivery, ...]


class AlertHistory(Answer, frozen=True, kw_only=True):
    """What has fired, the latest first."""

    rows: tuple[FiredAlert, ...]


class NewAlert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule to add. What its kind does not take must be left out."""

    kind: Annotated[str, _KIND]
    name: _Name | None = None
    """Without it, its kind."""
    rooms: Annotated[list[_Id], Meta(max_length=100)] = []
    anchors: Annotated[list[_Anchor], Meta(max_length=100)] = []
    users: Annotated[list[_UserId], Meta(max_length=100)] = []
    coins: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    times: Annotated[float, Meta(gt=0, le=1_000_000)] | None = None
    within: _Seconds | None = None
    least: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    when: Annotated[str, Meta(pattern="^(begins|ends|both)$")] | None = None
    after: _Seconds | None = None
    each: bool | None = None
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    targets: Annotated[list[_Name], Meta(max_length=20)] = []
    cool_down: Annotated[float, Meta(ge=0, le=2_592_000)] | None = None
    quiet: Annotated[str, Meta(pattern="^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$")] | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """What is given."""
        found = msgspec.structs.asdict(self)
        return {name: value for name, value in found.items() if value not in (None, [])}


class Muting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a rule is muted."""

    seconds: _Seconds | None = None
    """Without it, until it is unmuted."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class Changed(msgspec.Struct, frozen=True):
    """The rule that was changed."""

    name: str
