"""Questions on contributors: who gave most, who changed, who is in several rooms, and what is known of one."""

from typing import Annotated, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta

from rankcrawler.insight.people import Found, Person
from rankcrawler.insight.regulars import STATES, Regulars, State
from rankcrawler.insight.shared import Shared
from rankcrawler.insight.top import Top
from rankcrawler.serve.api.given import LONGEST_TEXT, Of, Rooms, Source, Time, UserId
from rankcrawler.serve.api.pages import Page
from rankcrawler.serve.api.replies import AnyRequest, Replies
from rankcrawler.serve.desk import Desk

_Changes = Annotated[
    list[Annotated[str, Meta(pattern=f"^({'|'.join(STATES)})$")]] | None,
    QueryParameter(
        description="Only this change; may be repeated; all but steady without it.",
        schema_extra={"items": {"type": "string", "enum": [*STATES]}},
    ),
]
_Times = Annotated[int, QueryParameter(description="So many times in rooms, the latest.", ge=1, le=10_000)]
_Text = Annotated[
    str,
    QueryParameter(description="An id, or a part of a nickname or handle.", min_length=1, max_length=LONGEST_TEXT),
]
_Least = Annotated[
    int | None, QueryParameter(description="In at least so many rooms: all that are named, or two.", ge=1, le=1_000_000)
]


@get("/api/v1/top", operation_id="top", summary="Who gave most")
async def top(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room: Rooms = None,
) -> Response[Top]:
    """Who gave most in a time, in these rooms or in all."""
    return await replies.answer(
        request, lambda store: store.top(*time, rooms=room, limit=page.reach, **of._asdict()), page
    )


@get("/api/v1/regulars", operation_id="regulars", summary="Who is new, came back, gives less or is gone")
async def regulars(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room: Rooms = None,
    change: _Changes = None,
) -> Response[Regulars]:
    """A time, next to the time of the same length before it; without `since`, the last seven days."""
    wanted = cast("list[State]", change or STATES[:-1])
    return await replies.answer(
        request,
        lambda store: store.regulars(*time, rooms=room, states=wanted, limit=page.reach, **of._asdict()),
        page,
    )


@get("/api/v1/shared", operation_id="shared", summary="Contributors who were in several rooms")
async def shared(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room: Rooms = None,
    least: _Least = None,
) -> Response[Shared]:
    """Those who were in at least `least` of these rooms, or of all rooms."""
    return await replies.answer(
        request,
        lambda store: store.shared(*(room or ()), least=least, **time._asdict(), limit=page.reach, **of._asdict()),
        page,
    )


@get("/api/v1/contributors", operation_id="search", summary="Contributors by a part of a name")
async def search(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    desk: NamedDependency[Desk],
    page: NamedDependency[Page],
    name: _Text,
    source: Source = None,
) -> Response[Found]:
    """Those of whom a text is the id, or a part of a nickname or handle that they have or had."""
    desk.veil.check_text(name)
    return await replies.answer(
        request, lambda store: store.search(name, source=source, limit=page.reach), page, is_timeless=True
    )


@get("/api/v1/contributors/{user_id:str}", operation_id="contributor", summary="What is known of a contributor")
async def contributor(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    desk: NamedDependency[Desk],
    user_id: UserId,
    source: Source = None,
    times: _Times = 1000,
) -> Response[Person]:
    """Profile, names, hours, coins, and the rooms where they were, latest first."""
    desk.veil.check_id(user_id)
    return await replies.answer(
        request, lambda store: store.contributor(user_id, source=source, limit=times), is_timeless=True
    )
