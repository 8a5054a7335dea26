"""The kinds of list that a room has. To add one of the same shape, add an object to KINDS."""

from dataclasses import dataclass

from rankcrawler.errors import SettingError


@dataclass(frozen=True, slots=True)
class ListKind:
    """One kind of list; each kind has a queue of its own."""

    name: str
    """The value of the column `kind`, of `-a kind=` and `--kind`; it begins the name of the queue's inbox."""
    capacity: int
    """Rows of a full list: whoever is not in one may have given up to its last score."""
    scores_are_gifts: bool
    """Whether scores count the gifts of one session, so that a rise is coins given."""
    states_ranks: bool
    """Whether every row states its rank; where rows do not, their place is their rank."""


RANKLIST = ListKind("ranklist", capacity=100, scores_are_gifts=True, states_ranks=True)
AUDIENCE = ListKind("audience", capacity=100, scores_are_gifts=True, states_ranks=False)

KINDS = {kind.name: kind for kind in (RANKLIST, AUDIENCE)}


def named(name: str) -> ListKind:
    """The kind of that name; raises SettingError where there is none."""
    kind = KINDS.get(name)
    if kind is None:
        raise SettingError(f"kind must be {' or '.join(KINDS)}, not {name[:40]!r}")
    return kind
