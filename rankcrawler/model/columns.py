"""The columns of a row, read off its declaration. Storing, exporting, hiding and documenting rows derive from them."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from operator import itemgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

Row = tuple[Any, ...]
"""The values of a row, in the order of its columns."""
FIRST_VERSION = 3
"""The version of the store's schema that first held what names no version of its own."""


class Group(Enum):
    """What a column belongs to. Columns of one group are equal in many rows, and are stored once."""

    POLL = "poll"
    """The same in every row of a list."""
    ROW = "row"
    """The row's own."""
    USER = "user"
    """Identifies the contributor."""
    PROFILE = "profile"
    """How the contributor appears to others."""
    GRADE = "grade"
    """The contributor's level, and what it says of their spending."""
    CLUB = "club"
    """The contributor's membership in the anchor's fan club."""


class Personal(Enum):
    """Whether a column identifies a person, and what stands in its place in a row without clear identifiers."""

    NO = "no"
    """It does not."""
    ID = "id"
    """It does: a keyed digest of it."""
    NAME = "name"
    """It does, and people read it: a short name made of the digest."""
    LEFT_OUT = "left out"
    """It does: null."""


class Column(NamedTuple):
    """One column of a row."""

    name: str
    type: type
    """int, str, bool, or tuple for a list of texts."""
    is_nullable: bool
    choices: tuple[str, ...]
    """The texts that the column can hold; empty where it can hold any."""
    description: str
    chinese: str
    """The description in Chinese."""
    unit: str
    group: Group
    personal: Personal | None
    """None where it is undecided, which fails a test for a text."""
    bits: int
    """The size of an integer that holds every value."""
    since: int
    """The version of the store's schema that first had the column."""
    position: int
    """Where it stands in a row; 0 is first."""


def column(
    description: str,
    chinese: str,
    *,
    group: Group,
    unit: str = "",
    personal: Personal | None = None,
    bits: int = 64,
    since: int = FIRST_VERSION,
) -> msgspec.Meta:
    """Declare a column, as the annotation of a field. A text must say whether it identifies a person."""
    facts = {"chinese": chinese, "unit": unit, "group": group, "personal": personal, "bits": bits, "since": since}
    return msgspec.Meta(description=description, extra_json_schema={"x-unit": unit} if unit else None, extra=facts)


def of(declaration: type[msgspec.Struct]) -> tuple[Column, ...]:
    """The columns that a struct declares, in their order."""
    hints = get_type_hints(declaration, include_extras=True)
    return tuple(_column(name, hints[name], place) for place, name in enumerate(declaration.__struct_fields__))


def positions(columns: Sequence[Column], names: Iterable[str]) -> list[int]:
    """Where the named columns stand."""
    places = {each.name: each.position for each in columns}
    return [places[name] for name in names]


def in_groups(columns: Sequence[Column], *groups: Group) -> list[Column]:
    """The columns of some groups, in their order."""
    return [each for each in columns if each.group in groups]


def picker(columns: Iterable[Column]) -> Callable[[Row], Row]:
    """What takes the values of some columns out of a row, as a tuple; a slice, which is quicker, where they adjoin."""
    places = [each.position for each in columns]
    if places == list(range(places[0], places[0] + len(places))):
        return itemgetter(slice(places[0], places[-1] + 1))
    return itemgetter(*places)


def _column(name: str, hint: Any, place: int) -> Column:
    kind, *metas = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    meta = next(each for each in metas if isinstance(each, msgspec.Meta))
    facts = dict(meta.extra or {})
    parts = get_args(kind) if get_origin(kind) is UnionType else (kind,)
    (plain,) = (part for part in parts if part is not NoneType)
    choices = get_args(plain) if get_origin(plain) is Literal else ()
    return Column(
        name,
        str if choices else get_origin(plain) or plain,
        NoneType in parts,
        choices,
        meta.description or "",
        facts["chinese"],
        facts["unit"],
        facts["group"],
        facts["personal"],
        facts["bits"],
        facts["since"],
        place,
    )
