"""Questions that someone asks who looks at many rooms at once, each as a method."""

from rankcrawler.insight import anchors, pace, stays, totals
from rankcrawler.insight.anchors import Anchors
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.insight.pace import Pace
from rankcrawler.insight.stays import Stays
from rankcrawler.insight.totals import Totals
from rankcrawler.insight.unchanging import unchanging
from rankcrawler.model.kinds import RANKLIST


class Glance:
    """What rooms are like now, and were of late; questions.Questions says what arguments have in common."""

    def __init__(self, records: Ground) -> None:
        self.records = records
        """What the store itself answers: every list and poll as it was served."""

    @unchanging
    def pace(self, hours: int = 12, *, kind: str = RANKLIST.name, source: str | None = None) -> Pace:
        """What was given in each of the last hours, room by room; the last is the hour that it is."""
        return pace.pace(self.records, Choice(kind, source), hours)

    @unchanging
    def anchors(self, limit: int = 100, *, source: str | None = None) -> Anchors:
        """The anchors of whom a session is known, each with the latest one: those who are live first."""
        return anchors.anchors(self.records, source, limit)

    @unchanging
    def totals(self, *rooms: str, kind: str = RANKLIST.name, source: str | None = None) -> Totals:
        """The sum of the scores in the last list of each of these rooms, and who is first in it."""
        return totals.totals(self.records, rooms, Choice(kind, source))

    @unchanging
    def stays(self, room: str, *, kind: str = RANKLIST.name, source: str | None = None) -> Stays:
        """Who was in a room's lists, and from when until when."""
        return stays.stays(self.records, room, Choice(kind, source))
