"""Finds out whether something has happened that people see of alerts: reads their file only if it was written to."""

from typing import Any

from rankcrawler.alerts.overview import Overview
from rankcrawler.clock import iso
from rankcrawler.errors import AlertError
from rankcrawler.serve.alerts import Alerts


class AlertsSeen:
    """What was seen of alerts at the look before."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._state: str | None = None
        self._overview = Overview()
        self._differing: tuple[object, ...] | None = None

    def forget(self) -> None:
        """Have the next look be the first: it finds nothing new."""
        self._state = self._differing = None

    async def look(self) -> dict[str, Any] | None:
        """The data of an event, if something has happened since the look before."""
        try:
            found = await self._alerts.seen(self._state)
        except AlertError as error:
            self._state = None
            return self._new((str(error),), {"state": "unknown", "reason": str(error)})
        if found is not None:
            self._state, self._overview = found
        now_ms = self._alerts.now_ms()
        return self._new(self._overview.differing(now_ms), _data(self._overview, now_ms))

    def _new(self, differing: tuple[object, ...], data: dict[str, Any]) -> dict[str, Any] | None:
        before, self._differing = self._differing, differing
        return None if before in (None, differing) else data


def _data(seen: Overview, now_ms: int) -> dict[str, Any]:
    """What people act on; no one's name is in it."""
    is_running = seen.is_running(now_ms)
    return {
        "state": "running" if is_running else "stopped",
        "reason": " ".join(seen.loop.trouble) if seen.loop is not None and is_running else "",
        "rules": len(seen.rules.keys),
        "muted": seen.muted(now_ms),
        "waiting": seen.waiting,
        "fired_at": None if seen.fired_ms is None else iso(seen.fired_ms),
    }
