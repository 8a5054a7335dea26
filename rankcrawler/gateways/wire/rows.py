"""Reads the rows of a list one by one. A row without a contributor is kept, and so is one whose `id` is unreadable."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.gateways.wire import integers
from rankcrawler.gateways.wire.contributor import Contributor, id_in
from rankcrawler.gateways.wire.schema import Listed, Ranked, User, UserOfText

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_NOBODY = Raw(b"null")
_UNSTATED = (None, 0, "0")
_KEPT = [name for name in User.__struct_fields__ if name != "id"]


class _Placed(msgspec.Struct):
    """The rank of a row, whatever it is."""

    rank: Any = None


_decode_place = msgspec.json.Decoder(_Placed).decode
_decode_user = msgspec.json.Decoder(UserOfText, strict=False).decode


def are_unranked(rows: Sequence[Raw]) -> bool:
    """Whether no row states a rank: it is missing or 0 in every one."""
    places = [place.rank for place in map(_place, rows) if place is not None]
    return bool(places) and all(rank in _UNSTATED and rank is not False for rank in places)


class RowReader:
    """Reads rows that state their ranks, or do not. Also takes integers as strings, and booleans as integers."""

    def __init__(self, *, states_ranks: bool) -> None:
        row: Any = Ranked if states_ranks else Listed
        self._decode: Callable[[Raw], Listed[Any]] = msgspec.json.Decoder(row[User], strict=False).decode
        self._decode_around: Callable[[Raw], Listed[Any]] = msgspec.json.Decoder(row[Raw], strict=False).decode

    def read(self, raw: Raw) -> Listed[Contributor]:
        """The row in these bytes; raises one of UNREADABLE."""
        try:
            row = self._decode(raw)
            integers.check(row, raw)
        except UNREADABLE as error:
            mended = self._mended(raw)
            if mended is None:
                raise error from None
            return mended
        row.user = Contributor(row.user)
        return row

    def _mended(self, raw: Raw) -> Listed[Contributor] | None:
        """The row, if nothing is wrong with it but that its contributor is null, or has an unreadable `id`."""
        try:
            row = self._decode_around(raw)
            integers.check(row, raw)
            row.user = Contributor(User(), ("user_missing",)) if row.user == _NOBODY else _by_text(row.user)
        except UNREADABLE:
            return None
        return row


def _by_text(raw: Raw) -> Contributor:
    """The contributor whom `id_str` names; raises ValidationError if it names none."""
    user = _decode_user(raw)
    integers.check(user, raw)
    if id_in(user.id_str) is None:
        raise msgspec.ValidationError("Expected an id")
    return Contributor(User(**{name: getattr(user, name) for name in _KEPT}), ("id_unreadable",))


def _place(raw: Raw) -> _Placed | None:
    try:
        return _decode_place(raw)
    except UNREADABLE:
        return None
