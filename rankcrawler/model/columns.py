"""The columns of a row, derived from its declaration. Stores, exports, pseudonyms and documentation build on them."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from operator import attrgetter, itemgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

Row = tuple[Any, ...]
"""The values of a row, in the order of its columns."""
FIRST_VERSION = 3
"""The version of the store's schema for columns that do not declare one."""


class Group(Enum):
    """What a column describes. The values of a group repeat together in many rows, and are stored once."""

    POLL = "poll"
    """The poll; equal in every row of a list."""
    ROW = "row"
    """The row itself."""
    USER = "user"
    """The contributor's identity."""
    PROFILE = "profile"
    """How the contributor appears."""
    GRADE = "grade"
    """The contributor's level and spending."""
    CLUB = "club"
    """The contributor's membership in the anchor's fan club."""


class Personal(Enum):
    """Whether a column identifies a person, and what replaces it in pseudonymised rows."""

    NO = "no"
    """Does not identify a person; kept."""
    ID = "id"
    """Replaced by a keyed digest."""
    NAME = "name"
    """Replaced by a short, readable name made from the digest."""
    LEFT_OUT = "left out"
    """Replaced by null."""


class Column(NamedTuple):
    """One column of a row."""

    name: str
    type: type
    """int, str, bool, or tuple for a list of texts."""
    is_nullable: bool
    choices: tuple[str, ...]
    """The only allowed texts; empty if any text is allowed."""
    description: str
    chinese: str
    """The description in Chinese."""
    unit: str
    group: Group
    personal: Personal | None
    """None if undecided; a test fails if a text is undecided."""
    bits: int
    """The integer size that fits every value, in bits."""
    since: int
    """The first version of the store's schema with this column."""
    position: int
    """The position in a row; 0 is first."""


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
    """Declare a column, as the annotation of a field. A text must set `personal`."""
    facts = {"chinese": chinese, "unit": unit, "group": group, "personal": personal, "bits": bits, "since": since}
    return msgspec.Meta(description=description, extra_json_schema={"x-unit": unit} if unit else None, extra=facts)


def of(declaration: type[msgspec.Struct]) -> tuple[Column, ...]:
    """The columns that a struct declares, in order."""
    hints = get_type_hints(declaration, include_extras=True)
    return tuple(_column(name, hints[name], position) for position, name in enumerate(declaration.__struct_fields__))


def in_groups(columns: Sequence[Column], *groups: Group) -> list[Column]:
    """The columns of these groups, in order."""
    return [each for each in columns if each.group in groups]


def picker(columns: Iterable[Column], among: Sequence[Column] = ()) -> Callable[[Row], Row]:
    """A function that picks these columns' values from a row, as a tuple; faster if they are adjacent.

    `among` are the columns that the row has, unless it has all.
    """
    picked = [among.index(each) if among else each.position for each in columns]
    if picked == list(range(picked[0], picked[0] + len(picked))):
        return itemgetter(slice(picked[0], picked[-1] + 1))
    return itemgetter(*picked)


def getter(columns: Iterable[Column]) -> Callable[[msgspec.Struct], Row]:
    """A function that gets these columns' values from a row that is a struct, as a tuple."""
    names = [each.name for each in columns]
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def _column(name: str, hint: Any, position: int) -> Column:
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
        position,
    )
