"""Questions on sessions: those of an anchor, and any rooms, side by side from their starts."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta

from rankcrawler.insight.sessions import Sessions
from rankcrawler.serve.api.given import ID, MOST_ROOMS, Anchor, Of, Step, duration
from rankcrawler.serve.api.replies import AnyRequest, Replies

_USUAL = "5min"
_Compared = Annotated[
    list[Annotated[str, Meta(pattern=ID)]],
    QueryParameter(
        description="A room; may be repeated.",
        min_items=1,
        max_items=MOST_ROOMS,
        schema_extra={"items": {"type": "string", "pattern": ID}},
    ),
]
_Latest = Annotated[int, QueryParameter(description="So many sessions, the latest.", ge=1, le=100)]


@get("/api/v1/anchors/{anchor:str}/sessions", operation_id="sessions", summary="The sessions of an anchor")
async def sessions(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    of: NamedDependency[Of],
    anchor: Anchor,
    every: Step = _USUAL,
    limit: _Latest = 10,
) -> Response[Sessions]:
    """Side by side from their starts, the latest first."""
    step = duration("every", every) or _USUAL
    return await replies.answer(
        request, lambda store: store.sessions(anchor, every=step, limit=limit, **of._asdict()), is_timeless=True
    )


@get("/api/v1/compare", operation_id="compare", summary="Rooms side by side")
async def compare(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    of: NamedDependency[Of],
    room: _Compared,
    every: Step = _USUAL,
) -> Response[Sessions]:
    """Rooms, side by side from their starts."""
    step = duration("every", every) or _USUAL
    return await replies.answer(
        request, lambda store: store.compare(*room, every=step, **of._asdict()), is_timeless=True
    )
