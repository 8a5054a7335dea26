"""Every address of the JSON API, as handlers that the application mounts."""

from litestar.handlers import HTTPRouteHandler

from rankcrawler.serve.api import alerts, events, fleet, health, people, rooms, sessions


def routes() -> list[HTTPRouteHandler]:
    """The handlers of the API."""
    return [
        *(rooms.rooms, rooms.list_, rooms.course, rooms.gains, rooms.versus, rooms.coverage, rooms.failures),
        *(people.top, people.regulars, people.shared, people.search, people.contributor),
        *(sessions.sessions, sessions.compare),
        *(fleet.fleet, fleet.dead_letters, fleet.add_rooms, fleet.retry, events.events),
        *(alerts.rules, alerts.history, alerts.add, alerts.mute, alerts.unmute, alerts.test, alerts.remove),
        *(health.healthz, health.readyz),
    ]
