"""The questions that can be asked of a store, each as a method."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from types import TracebackType
from typing import Self

from rankcrawler import moments
from rankcrawler.insight import course, current, people, regulars, room_gains, rooms, sessions, shared, top, versus
from rankcrawler.insight.course import Course
from rankcrawler.insight.current import CurrentList, Filters
from rankcrawler.insight.glance import Glance
from rankcrawler.insight.ground import Choice, Ground, Moment
from rankcrawler.insight.people import Found, Person
from rankcrawler.insight.regulars import STATES, Regulars, State
from rankcrawler.insight.room_gains import RoomGains
from rankcrawler.insight.rooms import Coverage, Failures, Rooms
from rankcrawler.insight.sessions import Sessions
from rankcrawler.insight.shared import Shared
from rankcrawler.insight.top import Top
from rankcrawler.insight.unchanging import unchanging
from rankcrawler.insight.versus import Versus
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.store.database import Database

_CHANGED: tuple[State, ...] = STATES[:-1]


class Questions(Glance):
    """A store that is read, and never changed.

    A room or a contributor is named by its id. If several gateways know it, `source` picks one; without it, the one
    that was polled last is meant. `kind` is `ranklist` or `audience`. Moments are texts as on the command line, such as
    `12:03`, `yesterday 20:00` or `2h` (ago), or datetimes; what has no offset is in the store's time zone. A time goes
    from `since` until before `until`: from the beginning and to the end, where they are None.

    Each answer is of one moment of the store, whatever workers write meanwhile. Methods raise NotInStore for what was
    never polled or listed, SettingError for an argument that cannot be read, and StoreError if the store cannot be.
    """

    def __init__(self, database: Database, zone: tzinfo, now_ms: Callable[[], int] | None = None) -> None:
        super().__init__(Ground(database, zone, now_ms))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; closing twice is harmless."""
        self.records.database.close()

    @unchanging
    def latest(
        self,
        room: str,
        *,
        vs: Moment | None = None,
        level: int | None = None,
        fans_club: bool = False,
        new: bool = False,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> CurrentList:
        """A room's current list; with `vs`, an age or a moment, who moved since then, and what they gave.

        Filters keep contributors of at least a level, in the fan club, or new since then (without `vs`, in 5 minutes).
        """
        filters = Filters(level, fans_club, new)
        return current.current(self.records, room, Choice(kind, source), None, vs, filters)

    @unchanging
    def at(
        self,
        room: str,
        moment: Moment,
        *,
        vs: Moment | None = None,
        level: int | None = None,
        fans_club: bool = False,
        new: bool = False,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> CurrentList:
        """The list that a room had at a moment; an age as `vs` is one before that moment. As `latest` otherwise."""
        filters = Filters(level, fans_club, new)
        return current.current(self.records, room, Choice(kind, source), moment, vs, filters)

    @unchanging
    def course(
        self,
        room: str,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        top: int = 5,
        every: str | None = None,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Course:
        """How a room went: audience, coins a minute, and the scores of the `top` contributors.

        There is a row for each poll that brought a list that counts or, with `every` (`5min`), the last of each step.
        """
        step_ms = None if every is None else moments.duration(every)
        return course.course(self.records, room, Choice(kind, source), since, until, top, step_ms)

    @unchanging
    def gains(
        self,
        room: str,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> RoomGains:
        """Who gave how much between the list that a room had at a moment, or its first after, and that at another."""
        return room_gains.room_gains(self.records, room, Choice(kind, source), since, until)

    @unchanging
    def versus(self, room: str, other: str, *, kind: str = RANKLIST.name, source: str | None = None) -> Versus:
        """Who gave how much in a room, next to what they gave in another, such as the anchor's session before."""
        return versus.versus(self.records, room, other, Choice(kind, source))

    @unchanging
    def top(
        self,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        rooms: Sequence[str] | None = None,
        limit: int | None = 100,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Top:
        """Who gave most, in these rooms or in all, by the lists of one kind.

        Whole hours of all rooms take milliseconds; chosen rooms, and parts of hours, are read list by list.
        """
        return top.top(self.records, Choice(kind, source), since, until, rooms, limit)

    @unchanging
    def regulars(
        self,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        rooms: Sequence[str] | None = None,
        states: Sequence[State] = _CHANGED,
        limit: int | None = 100,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Regulars:
        """Who is new, came back, gives less or is gone: a time, next to the time of the same length before it.

        Without `since`, the last seven days.
        """
        return regulars.regulars(self.records, Choice(kind, source), since, until, rooms, states, limit)

    @unchanging
    def contributor(self, user_id: str, *, source: str | None = None, limit: int = 1000) -> Person:
        """A contributor's profile, names, hours and coins, and the latest `limit` times in rooms."""
        return people.person(self.records, user_id, source, limit)

    @unchanging
    def search(self, text: str, *, source: str | None = None, limit: int = 50) -> Found:
        """Contributors of whom a text is the id, or a part of a nickname or handle that they have or had.

        Letters of ASCII are found in either case. It looks at every name: a second for millions.
        """
        return people.search(self.records, text, source, limit)

    @unchanging
    def shared(
        self,
        *rooms: str,
        least: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int = 100,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Shared:
        """Contributors who were in at least `least` of these rooms (all of them), or of all rooms (two)."""
        return shared.shared(self.records, rooms, least, Choice(kind, source), since, until, limit)

    @unchanging
    def sessions(
        self,
        anchor: str,
        *,
        every: str = "5min",
        limit: int = 10,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Sessions:
        """The latest sessions of an anchor, by a user id or as in `scrapy anchors`, side by side from their starts."""
        return sessions.of_anchor(self.records, anchor, Choice(kind, source), moments.duration(every), limit)

    @unchanging
    def compare(
        self, *rooms: str, every: str = "5min", kind: str = RANKLIST.name, source: str | None = None
    ) -> Sessions:
        """Rooms side by side from their starts; `shared` says whom they share."""
        return sessions.of_rooms(self.records, rooms, Choice(kind, source), moments.duration(every))

    @unchanging
    def rooms(self, *, stale: bool | str = False, kind: str = RANKLIST.name, source: str | None = None) -> Rooms:
        """Every room, and how fresh it is; with `stale`, those without a list for two intervals, or for a duration."""
        limit = stale if isinstance(stale, str) else None
        return rooms.rooms(self.records, Choice(kind, source), limit, only_stale=bool(stale))

    @unchanging
    def coverage(
        self,
        room: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Coverage:
        """How many polls of a room, or of every room, were due, made, failed and missed; without `since`, today."""
        return rooms.coverage(self.records, room, Choice(kind, source), since, until)

    @unchanging
    def failures(
        self,
        room: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        *,
        kind: str = RANKLIST.name,
        source: str | None = None,
    ) -> Failures:
        """Why polls of a room, or of every room, failed; without `since`, today."""
        return rooms.failures(self.records, room, Choice(kind, source), since, until)
