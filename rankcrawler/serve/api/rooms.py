"""Questions on rooms: how fresh they are, their lists, how they went, and how they were polled."""

from functools import partial
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from rankcrawler.errors import SettingError
from rankcrawler.insight.course import Course
from rankcrawler.insight.current import CurrentList
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.room_gains import RoomGains
from rankcrawler.insight.rooms import Coverage, Failures, Rooms
from rankcrawler.insight.versus import Versus
from rankcrawler.serve.api.given import (
    DURATION,
    Against,
    At,
    Clock,
    Of,
    OneRoom,
    Room,
    Step,
    Time,
    age_or_moment,
    duration,
    moment,
    wrong,
)
from rankcrawler.serve.api.pages import Page
from rankcrawler.serve.api.replies import AnyRequest, Replies

_Stale = Annotated[
    str | None,
    QueryParameter(
        description="Only rooms without a list for so long, or `true`: for two intervals.",
        pattern=f"^(true|false|{DURATION})$",
        max_length=16,
    ),
]
_Level = Annotated[int | None, QueryParameter(description="Of at least this spending level.", ge=1, le=1000)]
_Members = Annotated[bool, QueryParameter(description="Only members of the fan club.")]
_New = Annotated[bool, QueryParameter(description="Only contributors who were not in the earlier list.")]
_Top = Annotated[
    int,
    QueryParameter(description="Scores of so many contributors.", ge=0, le=100, schema_extra={"minimum": 0}),
]


@get("/api/v1/rooms", operation_id="rooms", summary="Every room, and how fresh it is")
async def rooms(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    stale: _Stale = None,
) -> Response[Rooms]:
    """A row for each room that was ever polled; with `stale`, those longest without a list first."""
    wanted = stale == "true" or (stale not in (None, "false") and duration("stale", stale)) or False
    return await replies.answer(request, lambda store: store.rooms(stale=wanted, **of._asdict()), page)


@get("/api/v1/rooms/{room_id:str}/list", operation_id="list", summary="A room's list, now or at a moment")
async def list_(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    clock: NamedDependency[Clock],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room_id: Room,
    at: At = None,
    vs: Against = None,
    level: _Level = None,
    fans_club: _Members = False,
    new: _New = False,
) -> Response[CurrentList]:
    """The list; with `vs`, who moved since then, and what they gave at least."""
    then, before = moment("at", at, clock), age_or_moment("vs", vs, clock)

    def asked(store: Questions) -> CurrentList:
        ask = store.latest if then is None else partial(store.at, moment=then)
        try:
            return ask(room_id, vs=before, level=level, fans_club=fans_club, new=new, **of._asdict())
        except SettingError as error:  # a moment after that of the list
            raise wrong("vs", error) from None

    return await replies.answer(request, asked, page, room=room_id)


@get("/api/v1/rooms/{room_id:str}/course", operation_id="course", summary="How a room went")
async def course(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room_id: Room,
    top: _Top = 5,
    every: Step = None,
) -> Response[Course]:
    """Audience, coins a minute, and the scores of those who gave most, in order of time."""
    step = duration("every", every)
    return await replies.answer(
        request, lambda store: store.course(room_id, *time, top=top, every=step, **of._asdict()), page, room=room_id
    )


@get("/api/v1/rooms/{room_id:str}/gains", operation_id="gains", summary="Who gave how much in a room")
async def gains(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room_id: Room,
) -> Response[RoomGains]:
    """Those who gave, entered or left between two lists, most first."""
    return await replies.answer(request, lambda store: store.gains(room_id, *time, **of._asdict()), page, room=room_id)


@get("/api/v1/rooms/{room_id:str}/versus/{other_id:str}", operation_id="versus", summary="Gains of two sessions")
async def versus(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room_id: Room,
    other_id: Room,
) -> Response[Versus]:
    """Those who gave something in one of two rooms, by what they gave in both, most first."""
    return await replies.answer(request, lambda store: store.versus(room_id, other_id, **of._asdict()), page)


@get("/api/v1/coverage", operation_id="coverage", summary="Polls that were due, made, failed and missed")
async def coverage(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room: OneRoom = None,
) -> Response[Coverage]:
    """A row for each room, those with most missing polls first; without `since`, today."""
    return await replies.answer(request, lambda store: store.coverage(room, *time, **of._asdict()), page, room=room)


@get("/api/v1/failures", operation_id="failures", summary="Why polls failed")
async def failures(
    request: AnyRequest,
    replies: NamedDependency[Replies],
    time: NamedDependency[Time],
    of: NamedDependency[Of],
    page: NamedDependency[Page],
    room: OneRoom = None,
) -> Response[Failures]:
    """The reasons, the most frequent first; without `since`, today."""
    return await replies.answer(request, lambda store: store.failures(room, *time, **of._asdict()), page, room=room)
