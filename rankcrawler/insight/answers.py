"""What answers have in common: they are frozen, their `rows` are one table, and they say how sure they are.

Moments are ISO 8601 text in UTC, in fields that end with `_at`; ids are text; coins are integers; None is unknown.
"""

from typing import Any, Literal

import msgspec

from rankcrawler.insight import frames


class Stretch(msgspec.Struct, frozen=True):
    """A time in which a room's lists had nothing to say: contributors or scores were hidden, or rows were missing."""

    since_at: str
    """The first such list."""
    until_at: str
    """The next list that counts; the last such list if there is none."""
    lists: int


class Sure(msgspec.Struct, frozen=True):
    """How sure an answer is."""

    coins: Literal["exact", "at_least"] | None = None
    """exact: lists leave no room for more; at_least: more may have been given. None if the answer has no coins."""
    unseen: float | None = None
    """The share of what the contributors may have given that lists did not show, 0 to 1; None without a limit."""
    failed: int | None = None
    """Failed polls in that time: what happened then was not seen at once. None if it was not looked up."""
    missed: int | None = None
    """Polls that were due in that time and were not made; None if the room has no interval, or it was not looked up."""
    left_out: int = 0
    """Lists that do not count: they tell nothing, are doubtful, or contradict others."""
    longest_gap: float | None = None
    """The longest time between two lists that count, in seconds; None if it was not looked up."""
    withheld: tuple[Stretch, ...] = ()
    damaged: tuple[str, ...] = ()
    """Lists that were left out because rows of theirs are lost: each as a sentence."""
    purged_before: str | None = None
    """The day (UTC, YYYY-MM-DD) before which a purge has removed lists that the question is about; None if none was."""


class Contributor(msgspec.Struct, frozen=True):
    """Who a contributor is."""

    source: str
    user_id: str
    nickname: str | None
    """The latest one."""
    display_id: str | None
    """The latest handle."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. Its other fields are facts; `rows` are what it is mainly about, each a struct of one type."""

    rows: tuple[Any, ...]
    sure: Sure = Sure()

    def to_arrow(self) -> Any:
        """The rows as a pyarrow.Table; moments are timestamps in UTC. Raises SettingError without pyarrow."""
        return frames.arrow(type(self), self.rows)

    def to_pandas(self) -> Any:
        """The rows as a pandas.DataFrame; raises SettingError without pandas and pyarrow."""
        return frames.pandas(type(self), self.rows)

    def to_polars(self) -> Any:
        """The rows as a polars.DataFrame; raises SettingError without polars and pyarrow."""
        return frames.polars(type(self), self.rows)
