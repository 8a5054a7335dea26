"""In which manner a path is answered: as the gateway documents it, for programs, or as a page for people."""

from enum import Enum
from functools import cache

from rankcrawler.gateways import profiles
from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind


class Manner(Enum):
    """How answers and problems are written."""

    DOCUMENTED = "documented"
    """In the shapes of the default gateway."""
    API = "api"
    """As JSON, with problem details."""
    PAGE = "page"
    """As HTML."""


API = "/api/"
_FOR_PROGRAMS = ("/healthz", "/readyz", "/metrics")


@cache
def documented() -> dict[str, ListKind]:
    """The paths of the default gateway, each with the kind of list that it serves."""
    return {call.path: kinds.named(kind) for kind, call in profiles.named().lists.items()}


def of(path: str) -> Manner:
    """The manner in which a path is answered."""
    if path in documented():
        return Manner.DOCUMENTED
    return Manner.API if path.startswith(API) or path in _FOR_PROGRAMS else Manner.PAGE
