"""The kinds of list that a room has. To add one of the same shape, add an object to KINDS."""

from dataclasses import dataclass

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.spelling import meant


@dataclass(frozen=True, slots=True)
class ListKind:
    """One kind of list. Each kind has its own queue."""

    name: str
    """The value of the column `kind`, of `-a kind=` and of `--kind`, and the prefix of the inbox's name."""
    capacity: int
    """Rows of a full list. Contributors missing from one may have given up to its last score."""
    scores_are_gifts: bool
    """Whether scores count the gifts of one session, so that an increase is coins given."""
    states_ranks: bool
    """Whether every row states its rank; if not, the row's position is its rank."""


RANKLIST = ListKind("ranklist", capacity=100, scores_are_gifts=True, states_ranks=True)
AUDIENCE = ListKind("audience", capacity=100, scores_are_gifts=True, states_ranks=False)

KINDS = {kind.name: kind for kind in (RANKLIST, AUDIENCE)}


def named(name: str) -> ListKind:
    """The kind with this name; raises SettingError if there is none."""
    kind = KINDS.get(name)
    if kind is None:
        raise SettingError(
            tr(
                "kind must be {kinds}, not {name!r}{meant}",
                kinds=tr(" or ").join(KINDS),
                name=name[:40],
                meant=meant(name, KINDS),
            )
        )
    return kind
