"""Questions on alerts, and what changes their rules."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from rankcrawler.alerts import rule as rules_of
from rankcrawler.alerts.book import Fired
from rankcrawler.alerts.headline import headline
from rankcrawler.alerts.rule import Kept
from rankcrawler.clock import iso
from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.api.alerts_answers import (
    AlertDelivery,
    AlertHistory,
    AlertRule,
    AlertRules,
    Changed,
    FiredAlert,
    Muting,
    NewAlert,
    Nothing,
)
from rankcrawler.serve.api.pages import Page
from rankcrawler.serve.api.replies import AnyRequest, table

Name = Annotated[str, PathParameter(description="The rule's name.", pattern=r"^[\w-]{1,40}$")]


@get("/api/v1/alerts", operation_id="alerts", summary="The rules of alerts, and whether these run")
async def rules(
    request: AnyRequest, alerts: NamedDependency[Alerts], page: NamedDependency[Page]
) -> Response[AlertRules]:
    """Rules by name."""
    found, now_ms = await alerts.rules(), alerts.now_ms()
    loop = found.loop
    answer = AlertRules(
        is_running=loop is not None and loop.is_alive(now_ms),
        seen_at=None if loop is None else iso(loop.seen_ms),
        trouble=() if loop is None else loop.trouble,
        targets=tuple(found.targets),
        rows=tuple(described(each, now_ms) for each in found.kept),
    )
    return table(request, answer, page)


@get("/api/v1/alerts/history", operation_id="alertHistory", summary="What has fired, and whether it was delivered")
async def history(
    request: AnyRequest, alerts: NamedDependency[Alerts], page: NamedDependency[Page]
) -> Response[AlertHistory]:
    """The latest first."""
    found = await alerts.history(page.reach)
    return table(request, AlertHistory(rows=tuple(map(fired, found))), page)


@post("/api/v1/alerts", operation_id="addAlert", summary="Add a rule", status_code=200)
async def add(data: JSONBody[NewAlert], alerts: NamedDependency[Alerts]) -> AlertRule:
    """400 for a rule that cannot be, or whose name another has."""
    kept = await alerts.add(rules_of.made(data.fields))
    return described(kept, alerts.now_ms())


@post("/api/v1/alerts/{name:str}/mute", operation_id="muteAlert", summary="Send nothing of a rule", status_code=200)
async def mute(name: Name, data: JSONBody[Muting], alerts: NamedDependency[Alerts]) -> Changed:
    """For a while, or until it is unmuted. What fires is in the history."""
    await alerts.mute(name, data.seconds)
    return Changed(name)


@post("/api/v1/alerts/{name:str}/unmute", operation_id="unmuteAlert", summary="Send again", status_code=200)
async def unmute(
    name: Name,
    data: JSONBody[Nothing],  # noqa: ARG001 — a request with JSON is none that a foreign page can make
    alerts: NamedDependency[Alerts],
) -> Changed:
    """What fires by a rule."""
    await alerts.unmute(name)
    return Changed(name)


@post("/api/v1/alerts/{name:str}/test", operation_id="testAlert", summary="Send a test message", status_code=200)
async def test(
    name: Name,
    data: JSONBody[Nothing],  # noqa: ARG001 — a request with JSON is none that a foreign page can make
    alerts: NamedDependency[Alerts],
) -> Changed:
    """To the targets of a rule, once `rankcrawler alerts` runs; the history has what becomes of it."""
    await alerts.test(name)
    return Changed(name)


@post("/api/v1/alerts/{name:str}/remove", operation_id="removeAlert", summary="Remove a rule", status_code=200)
async def remove(
    name: Name,
    data: JSONBody[Nothing],  # noqa: ARG001 — a request with JSON is none that a foreign page can make
    alerts: NamedDependency[Alerts],
) -> Changed:
    """What it has fired stays in the history."""
    await alerts.remove(name)
    return Changed(name)


def described(kept: Kept, now_ms: int) -> AlertRule:
    """A rule, for programs."""
    rule = kept.rule
    fields: dict[str, Any] = {name: getattr(rule.when, name, None) for name in AlertRule.__struct_fields__}
    fields |= {name: getattr(rule.when, name, ()) for name in ("rooms", "anchors", "users")}
    changed = {
        "name": rule.name,
        "kind": rule.when.kind,
        "targets": rule.targets,
        "cool_down": rule.cool_down,
        "quiet": None if rule.quiet is None else str(rule.quiet),
        "made_at": iso(rule.made_ms),
        "muted_until_at": iso(kept.muted_until_ms or 0) if kept.is_muted(now_ms) else None,
        "fired_at": None if kept.fired_ms is None else iso(kept.fired_ms),
    }
    return AlertRule(**(fields | changed))


def fired(found: Fired) -> FiredAlert:
    """A firing, for programs."""
    firing = found.firing
    place, person = firing.place, firing.person
    return FiredAlert(
        id=firing.id,
        rule=firing.name,
        event=firing.event,
        happened_at=iso(firing.at_ms),
        fired_at=iso(found.fired_ms),
        title=headline(firing),
        fate=found.fate,
        source=place.source if place else None,
        kind=place.kind if place else None,
        room_id=place.room_id if place else None,
        user_id=person.user_id if person else None,
        nickname=person.nickname if person else None,
        facts=firing.facts,
        deliveries=tuple(AlertDelivery(**msgspec.structs.asdict(each)) for each in found.deliveries),
    )
