"""Every address of the JSON API, as handlers that the application mounts."""

from litestar.handlers import HTTPRouteHandler

from rankcrawler.serve.api import events, fleet, health, people, rooms, sessions


def routes() -> list[HTTPRouteHandler]:
    """The handlers of the API."""
    return [
        *(rooms.rooms, rooms.list_, rooms.course, rooms.gains, rooms.versus, rooms.coverage, rooms.failures),
        *(people.top, people.regulars, people.shared, people.search, people.contributor),
        *(sessions.sessions, sessions.compare),
        *(fleet.fleet, fleet.dead_letters, fleet.add_rooms, fleet.retry, events.events),
        *(health.healthz, health.readyz),
    ]
