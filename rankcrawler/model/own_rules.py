"""List rules of a user's own, which the setting LIST_RULES names.

Such a rule is a function that takes a RoomSnapshot and yields the flags that the list gets, none for a good one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rankcrawler import own_code
from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.model import rules
from rankcrawler.model.items import RoomSnapshot

Rule = Callable[[RoomSnapshot], Iterable[str]]

_SETTING = "LIST_RULES"
_FLAG = re.compile(r"[a-z][a-z0-9_]{0,39}")


def loaded(paths: str) -> tuple[Rule, ...]:
    """The rules at these import paths, separated by commas; raises SettingError."""
    return tuple(own_code.function(_SETTING, path) for path in filter(None, map(str.strip, paths.split(","))))


def flags(own: Sequence[Rule], snapshot: RoomSnapshot) -> Iterator[str]:
    """Yield the flags that these rules give a list, each once; raises SettingError for a flag that cannot be one."""
    given = dict.fromkeys(flag for rule in own for flag in rule(snapshot))
    for flag in given:
        if not isinstance(flag, str) or not _FLAG.fullmatch(flag) or flag in rules.FLAGS:
            raise SettingError(
                tr(
                    "room {room}: a rule of {setting} gave the flag {flag!r}: expected small letters, digits and _, "
                    "and none of the flags that rankcrawler sets itself",
                    room=snapshot.target.room_id,
                    setting=_SETTING,
                    flag=flag,
                )
            )
        yield flag
