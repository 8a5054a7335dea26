"""What was given on a day, as the questions of insight answer it."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import cast

from rankcrawler.insight.questions import Questions
from rankcrawler.insight.top import TopRow
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.store.contract import Records
from rankcrawler.store.sql_store import SqlStore

_NOW_MS = 2_000_000_000_000
"""After all days of tests."""


def top_of_day(
    store: Records, day: str, *, zone: tzinfo = UTC, kind: str = RANKLIST.name, limit: int | None = 100
) -> tuple[TopRow, ...]:
    """Who gave most on a day in a time zone."""
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    asked = Questions(cast("SqlStore", store).database, zone, lambda: _NOW_MS)
    return asked.top(start, start + timedelta(days=1), kind=kind, limit=limit).rows
