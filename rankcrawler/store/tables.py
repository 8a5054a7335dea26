"""The tables that are written many records at a time: their columns, with a type of dialects.Dialect for each."""

from typing import NamedTuple

from rankcrawler.model.columns import Column
from rankcrawler.store import layout

Columns = tuple[tuple[str, str], ...]
"""Names and types."""


class Table(NamedTuple):
    """A table that records are added to. Columns that are not listed are null at first."""

    name: str
    columns: Columns

    @property
    def has_numbers_only(self) -> bool:
        """Whether every value is an integer."""
        return not {kind for _, kind in self.columns} & {"text", "bytes", "real"}


class InternedTable(NamedTuple):
    """A table that holds each record once, under a key, and the names of its two queries."""

    name: str
    key: str
    find: str
    """Returns `identity` and `key` of the records with such an identity."""
    add: str
    """Adds records."""
    identity: Columns
    rest: Columns = ()

    @property
    def columns(self) -> Columns:
        """All columns of a record."""
        return self.identity + self.rest


_FINGERPRINT: Columns = (("fingerprint", "bytes"),)


def columns(text: str) -> Columns:
    """`"room_key int, at_ms big"` → the two columns."""
    return tuple((name, kind) for name, _, kind in (each.strip().partition(" ") for each in text.split(",")))


def _declared(of: list[Column]) -> Columns:
    return tuple((each.name, layout.type_of(each)) for each in of)


SNAPSHOTS = Table(
    "_snapshots",
    columns(
        "snapshot_key big, room_key int, base_key big, step int, captured_ms big, polled_ms big, entry_count int, "
        "anchor_id text, currency int, has_more small, flags int, digest bytes, chain_rows int, standing small, "
        "carried text"
    ),
)
ENTRIES = Table(
    "_entries",
    columns(
        "snapshot_key big, position int, rank int, score big, exactly_score int, score_precision small, delta big, "
        "has_no_delta small, profile_key int, grade_key int, club_key int, flags int"
    )
    + _declared(layout.OTHERS),
)
QUARANTINE = Table("_quarantine", columns("snapshot_key big, position int, path text, reason text"))
POLLS = Table(
    "_polls",
    columns(
        "room_key int, at_ms big, is_answered small, polled_ms big, outcome text, snapshot_key big, total big, "
        "user_count_desc int, verdict_key int, attempt int, clock_ms big, flags int"
    ),
)
STAYS = Table("_stays", columns("room_key int, user_key int, since_ms big, first_score big"))
ARRIVALS = Table("_arrivals", columns("user_key int, room_key int"))
RESETS = Table("_resets", columns("room_key int, at_ms big, from_zero small"))
ADDED_TO = (SNAPSHOTS, ENTRIES, QUARANTINE, POLLS, STAYS, ARRIVALS, RESETS)

SOURCES = InternedTable("_sources", "source_key", "find_sources", "add_sources", columns("source text"))
USERS = InternedTable(
    "_users",
    "user_key",
    "find_users",
    "add_users",
    columns("source_key int, user_id text"),
    columns("first_seen_ms big, profile_ms big"),
)
PROFILES = InternedTable(
    "_profiles",
    "profile_key",
    "find_profiles",
    "add_profiles",
    _FINGERPRINT,
    columns("user_key int") + _declared(layout.PROFILE),
)
GRADES = InternedTable("_grades", "grade_key", "find_grades", "add_grades", _FINGERPRINT, _declared(layout.GRADE))
CLUBS = InternedTable("_clubs", "club_key", "find_clubs", "add_clubs", _FINGERPRINT, _declared(layout.CLUB))
TEXTS = InternedTable("_texts", "text_key", "find_texts", "add_texts", _FINGERPRINT, columns("text text"))
VERDICTS = InternedTable(
    "_verdicts",
    "verdict_key",
    "find_verdicts",
    "add_verdicts",
    _FINGERPRINT,
    columns("action text, reason text, status int, code big, status_code big"),
)

INTERNED = (SOURCES, USERS, PROFILES, GRADES, CLUBS, TEXTS, VERDICTS)
