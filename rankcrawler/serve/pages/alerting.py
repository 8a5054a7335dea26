"""The handlers of the page of alerts: it shows the rules, and changes them by POST, with the token of a form."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from rankcrawler.errors import NotInStore, SettingError
from rankcrawler.language import tr
from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.pages import alerts as pages_of_alerts
from rankcrawler.serve.pages.alerts import AlertsPage
from rankcrawler.serve.pages.login import goes_on
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.refusal import Refusal

_PATH = "/alerts"
_TEMPLATE = "alerts.html"


@get("/alerts", include_in_schema=False)
async def show(request: AnyRequest, pages: NamedDependency[Pages], alerts: NamedDependency[Alerts]) -> Response[bytes]:
    """The rules, what has fired, and the form, with what the address says of it."""
    shown = pages_of_alerts.with_given(await _page(alerts), request.query_params)
    return pages.show(request, _TEMPLATE, **_values(shown))


@post("/alerts", include_in_schema=False)
async def add(request: AnyRequest, pages: NamedDependency[Pages], alerts: NamedDependency[Alerts]) -> Response[bytes]:
    """Add the rule of the form, or show why it cannot be."""
    form = await request.form()
    fields = {name: str(value) for name, value in form.items()}
    targets = [str(each) for each in form.getall("targets", [])]
    try:
        await alerts.add(pages_of_alerts.read(fields, targets))
    except (SettingError, NotInStore) as error:
        shown = pages_of_alerts.refused(await _page(alerts), fields, targets, str(error))
        return pages.show(request, _TEMPLATE, status=400, **_values(shown))
    return goes_on(_PATH)


@post("/alerts/change", include_in_schema=False)
async def change(request: AnyRequest, alerts: NamedDependency[Alerts]) -> Response[bytes]:
    """Test, mute, unmute or remove a rule."""
    form = await request.form()
    name, what = str(form.get("name", "")), str(form.get("do", ""))
    match what:
        case "test":
            await alerts.test(name)
        case "mute":
            await alerts.mute(name, _seconds(form))
        case "unmute":
            await alerts.unmute(name)
        case "remove":
            await alerts.remove(name)
        case _:
            raise Refusal(400, tr("expected one of {names}", names="test, mute, unmute, remove"), parameter="do")
    return goes_on(_PATH)


async def _page(alerts: Alerts) -> AlertsPage:
    history = await alerts.history(pages_of_alerts.HISTORY)
    return pages_of_alerts.page(await alerts.rules(), history, alerts.now_ms())


def _values(shown: AlertsPage) -> dict[str, Any]:
    return {"page": shown, "spans": pages_of_alerts.SPANS, "mutes": pages_of_alerts.MUTES}


def _seconds(form: Mapping[str, Any]) -> float | None:
    """How long a rule is to be muted; None until it is unmuted."""
    value = str(form.get("for", ""))
    if value and value not in dict(pages_of_alerts.MUTES):
        raise Refusal(400, tr("expected one of {names}", names=", ".join(dict(pages_of_alerts.MUTES))), parameter="for")
    return float(value) if value else None
