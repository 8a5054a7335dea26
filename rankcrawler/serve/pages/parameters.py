"""What the address of a page asks for, checked: each page reads its own parameters with these functions."""

from collections.abc import Mapping, Sequence

from rankcrawler.errors import RequestError
from rankcrawler.language import tr

Parameters = Mapping[str, str]
_LONGEST = 200


def text(given: Parameters, name: str, default: str = "") -> str:
    """A text without spaces around it; raises RequestError for one that is too long."""
    value = given.get(name, "").strip() or default
    if len(value) > _LONGEST:
        raise RequestError(tr("the parameter {name} must have at most {most} characters", name=name, most=_LONGEST))
    return value


def one_of(given: Parameters, name: str, allowed: Sequence[str]) -> str:
    """One of some words, the first by default; raises RequestError for any other."""
    value = given.get(name) or allowed[0]
    if value not in allowed:
        raise RequestError(tr("the parameter {name} must be one of {words}", name=name, words=", ".join(allowed)))
    return value


def whole(given: Parameters, name: str, default: int | None, least: int, most: int) -> int | None:
    """A whole number; raises RequestError for anything else."""
    value = given.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise RequestError(
            tr("the parameter {name} must be a whole number from {least} to {most}", name=name, least=least, most=most)
        )
    return int(value)


def ids(given: Parameters, name: str, most: int) -> tuple[str, ...]:
    """Ids, separated by commas or spaces; raises RequestError for too many of them."""
    found = tuple(dict.fromkeys(given.get(name, "").replace(",", " ").split()))
    if len(found) > most:
        raise RequestError(tr("the parameter {name} takes at most {most} ids", name=name, most=most))
    return found
