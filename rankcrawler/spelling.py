"""Finds the name that someone probably meant."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from rankcrawler.language import tr

RENAMED: Mapping[str, str] = {}
"""Settings and variables by the names that they had in earlier versions, each with its name now. None was yet."""
_ALIKE = 0.6
"""How alike two names are, from 0 to 1, for the one to be meant by the other."""


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter is missing, added or changed, or two adjacent letters are swapped."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = long[:same] + long[same + 1 : same + 2] + long[same : same + 1] + long[same + 2 :]
    return short[same + 1 :] == long[same + 1 :] or short == swapped


def one_edit_from(name: str, known: Collection[str]) -> list[str]:
    """The known names that are one edit away, sorted."""
    return [other for other in sorted(known) if other != name and is_one_edit(name, other)]


def closest(name: str, known: Collection[str]) -> list[str]:
    """The known names that are probably meant, the likeliest first; at most three, and none for a far-off word."""
    return one_edit_from(name, known)[:3] or get_close_matches(name, sorted(known), n=3, cutoff=_ALIKE)


def is_slip(name: str, known: Collection[str]) -> bool:
    """Whether a name is a former one, or one edit away from one that is known."""
    return name in RENAMED or bool(one_edit_from(name, known))


def hint(name: str, known: Collection[str], otherwise: str) -> str:
    """`did you mean A or B?`, or `otherwise` if no known name is close; of a former name, the one that it has now."""
    if name in RENAMED:
        return tr("it is called {name} now", name=RENAMED[name])
    close = closest(name, known)
    return tr("did you mean {names}?", names=tr(" or ").join(close)) if close else otherwise


def meant(name: str, known: Collection[str]) -> str:
    """`: did you mean A or B?`, to end a message with; empty if no known name is close."""
    question = hint(name, known, "")
    return tr(": {question}", question=question) if question else ""
