"""Hides who people are in answers, if PSEUDONYMISE_KEY is set: as a crawl with that key would have stored them.

A store that was filled with the key holds pseudonyms already, and they stay as they are. In one that was filled without
it, or with another key, real ids and names find no one, because the answer would say who a pseudonym is.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

import msgspec

from rankcrawler.errors import NotInStore, SettingError
from rankcrawler.language import tr
from rankcrawler.model.columns import Personal
from rankcrawler.model.pseudonyms import Pseudonyms, is_pseudonym
from rankcrawler.model.rows import COLUMNS

T = TypeVar("T")

_PERSONAL: dict[str, Personal] = {
    **{column.name: column.personal for column in COLUMNS if column.personal not in (Personal.NO, None)},
    "former": Personal.LEFT_OUT,
    "gender": Personal.LEFT_OUT,
    "title": Personal.LEFT_OUT,
}
"""The fields of answers that identify a person; those with the name of a column are what it declares."""


class Veil:
    """Replaces what identifies people; does nothing without pseudonyms."""

    def __init__(self, pseudonyms: Pseudonyms | None) -> None:
        self._pseudonyms = pseudonyms

    def __bool__(self) -> bool:
        return self._pseudonyms is not None

    def over(self, answer: T) -> T:
        """The answer, and every struct in it, without clear identifiers."""
        return answer if self._pseudonyms is None else cast("T", _veiled(answer, self._pseudonyms))

    def check_id(self, user_id: str) -> None:
        """Raise NotInStore for an id that is no pseudonym, if ids are replaced."""
        if self and not is_pseudonym(user_id):
            raise NotInStore(tr("contributor {user} was never in a list", user=user_id))

    def check_text(self, text: str) -> None:
        """Raise SettingError for a text that is no pseudonym, if names are replaced."""
        if self and not is_pseudonym(text):
            raise SettingError(tr("people are pseudonyms here: search for a whole one"))


def _veiled(value: Any, pseudonyms: Pseudonyms) -> Any:
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **_fields(value, type(value).__struct_fields__, pseudonyms))
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        return value._replace(**_fields(value, value._fields, pseudonyms))  # type: ignore[attr-defined]
    if type(value) in (tuple, list):
        return type(value)(_veiled(each, pseudonyms) for each in value)
    return value


def _fields(value: object, names: Iterable[str], pseudonyms: Pseudonyms) -> dict[str, Any]:
    return {name: _field(name, getattr(value, name), pseudonyms) for name in names}


def _field(name: str, value: Any, pseudonyms: Pseudonyms) -> Any:
    if name not in _PERSONAL:
        return _veiled(value, pseudonyms)
    if value is None or is_pseudonym(value):
        return value
    return pseudonyms.pseudonym(name, _PERSONAL[name], str(value))
