"""Which table holds which column of a row, derived from the declaration.

What many rows share is stored once, in a table of its own; the rest is in `entries`.
"""

from rankcrawler.model.columns import Column, Group, in_groups
from rankcrawler.model.rows import COLUMNS

OWN = ("rank", "score", "exactly_score", "score_precision", "delta", "flags")
"""The row's own columns that `entries` holds in a shorter form: rows.py writes it, lists.py reads it."""
ID = "user_id"
"""The column that `users` holds."""

FACTS = in_groups(COLUMNS, Group.USER, Group.PROFILE, Group.GRADE, Group.CLUB)
"""What a row says of its contributor: mostly the same from poll to poll."""
PROFILE = [each for each in in_groups(COLUMNS, Group.USER, Group.PROFILE) if each.name != ID]
GRADE = in_groups(COLUMNS, Group.GRADE)
CLUB = in_groups(COLUMNS, Group.CLUB)
OTHERS = [each for each in in_groups(COLUMNS, Group.ROW) if each.name not in OWN]
"""The row's own columns that `entries` holds as they are."""
SERVED = [each for each in COLUMNS if each.group is not Group.POLL and each.name not in OWN]
"""All columns that are read back as they are, in the order of the declaration."""

HELD = {"profiles": PROFILE, "grades": GRADE, "clubs": CLUB, "entries": OTHERS}
"""The columns of each table that are derived from the declaration, by the names that the tables had in version 3."""


def table_of(column: Column) -> str:
    """The table that holds a column."""
    return "_" + next((table for table, columns in HELD.items() if column in columns), "users")


def type_of(column: Column) -> str:
    """The column's type, as a word of dialects.Dialect."""
    if column.type is bool:
        return "small"
    if column.type is not int:
        return "text"
    return "small" if column.bits <= 16 else "int" if column.bits <= 32 else "big"
