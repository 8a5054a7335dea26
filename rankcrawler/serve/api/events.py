"""Events as they happen, as a stream that a browser reads with EventSource."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from rankcrawler.language import tr
from rankcrawler.serve.api.given import Rooms
from rankcrawler.serve.events.feed import Event, Feed
from rankcrawler.serve.refusal import Refusal

Name = Literal["list", "live", "ended", "fleet", "alerts"]
MOST = 2000
"""Streams."""
PATH = "/api/v1/events"
_Names = Annotated[list[Name] | None, QueryParameter(description="Only events of this name; may be repeated.")]
_LastId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", description="The last event that was received.", max_length=100)
]
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@get(PATH, operation_id="events", summary="What has changed, as it happens", media_type="text/event-stream")
async def events(
    feed: NamedDependency[Feed],
    room: Rooms = None,
    event: _Names = None,
    last_id: _LastId = None,
) -> Stream:
    """`list`: a room has another list. `live`, `ended`: an anchor's session. `fleet`: workers, state or dead letters.
    `alerts`: a rule was made, muted or removed, one has fired, or a message was delivered, tried or given up.
    `reset`: events were missed, and whatever is shown should be loaded again.
    """
    if feed.listeners >= MOST:
        raise Refusal(503, tr("too many streams of events are open"), headers={"Retry-After": "30"})

    def is_wanted(found: Event) -> bool:
        return (event is None or found.name in event) and (room is None or found.data.get("room_id") in (None, *room))

    return Stream(feed.listen(last_id, is_wanted), media_type="text/event-stream", headers=_HEADERS)
