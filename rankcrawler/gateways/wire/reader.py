"""A body → an answer, or what is wrong with it; where only some rows are, the others are kept."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire import integers, refusal
from rankcrawler.gateways.wire.answer import Answer, Entry, PartialAnswer, RankList, User, Visitor
from rankcrawler.gateways.wire.contributor import Contributor, Contributors
from rankcrawler.gateways.wire.surrogates import mended
from rankcrawler.model.items import Kind, Quarantined

LONGEST = 1000
"""Rows; a list has a hundred, at times two. A body of nothing but rows that cannot be read is not kept row by row."""
LARGE = 1 << 20
"""Bytes; a larger body, as only a list of more than two hundred rows has, is counted before it is decoded."""
MOST_VALUES = 400_000
"""Commas and opening brackets; a documented row has 195. Two bytes can be a value, whose object takes up to 120."""

_BOM = b"\xef\xbb\xbf"
_contributors = Contributors()
_decode_raw = msgspec.json.Decoder(Answer[Raw], strict=False).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(body: bytes, kind: Kind = "ranklist") -> Answer[Entry[Contributor]] | Answer[Visitor[Contributor]]:
    """Decode a body; raises AnswerError with the JSON path of the first thing that is wrong.

    Where nothing but some rows of the list is wrong, those are quarantined: the answer is a PartialAnswer.
    """
    reader = _ranklist if kind == "ranklist" else _audience
    return reader.read(body.removeprefix(_BOM))


class _Reader:
    """Reads lists with one type of row: told by its bytes where a user stands, or by the user's fields."""

    def __init__(self, swiftly: type[Answer[Any]], strictly: type[Answer[Any]], row: type[Any]) -> None:
        self._swiftly: Callable[[bytes], Answer[Any]] = msgspec.json.Decoder(swiftly).decode
        self._strictly: Callable[[bytes], Answer[Any]] = msgspec.json.Decoder(strictly).decode
        self._row: Callable[[Raw], Any] = msgspec.json.Decoder(row, strict=False).decode

    def read(self, body: bytes) -> Answer[Any]:
        _check_values(body)
        try:
            answer = self._decode(body)
        except msgspec.ValidationError as error:
            return self._leniently(body, AnswerError(_with_path(error)))
        except msgspec.DecodeError as error:
            whole = mended(body)
            if whole == body:
                raise AnswerError(f"not JSON: {error}") from error
            return self.read(whole)
        except UnicodeDecodeError as error:
            return self._leniently(body, AnswerError(f"not JSON: {error}"))
        except RecursionError as error:
            raise AnswerError(f"not JSON: {error}") from error
        return answer

    def _decode(self, body: bytes) -> Answer[Any]:
        """An answer of which all is as it should be; where that is not so, the error says where in the body."""
        answer = self._met(body)
        return _with_users(self._strictly(body), Contributor) if answer is None else answer

    def _met(self, body: bytes) -> Answer[Any] | None:
        """An answer some of whose users were met before; None where none was, or anything is wrong."""
        if (left := _contributors.cut_from(body)) is None:
            return None
        rest, known = left
        try:
            return _with_users(self._swiftly(rest), partial(_contributors.of, cut=known))
        except _UNREADABLE:
            return None

    def _leniently(self, body: bytes, error: AnswerError) -> Answer[Any]:
        """Integers may come as strings, booleans as integers; and each row is read by itself."""
        body = mended(body)
        try:
            answer = _decode_raw(body)
            integers.check(answer, body)
        except msgspec.ValidationError as broken:
            return refusal.read(body, AnswerError(_with_path(broken)))
        except _UNREADABLE as broken:
            return refusal.read(body, AnswerError(f"not JSON: {broken}"))
        ranklist = answer.ranklist
        if ranklist is None or not isinstance(ranklist.ranks, list):
            return refusal.read(body, error)
        _check_length(answer)
        return self._by_row(answer, ranklist)

    def _by_row(self, answer: Answer[Raw], ranklist: RankList[Raw]) -> Answer[Any]:
        good: list[Any] = []
        bad: list[Quarantined] = []
        assert isinstance(ranklist.ranks, list)
        for position, raw in enumerate(ranklist.ranks, start=1):
            try:
                row = self._row(raw)
                integers.check(row, raw)
                row.user = Contributor(row.user)
                good.append(row)
            except _UNREADABLE as error:
                bad.append(_quarantined(position, answer.ranks_path, str(error)))
        if bad and not good:
            raise AnswerError(f"none of {len(bad)} rows can be read: {bad[0].reason} - at `{bad[0].path}`")
        in_place: RankList[Any] = ranklist
        in_place.ranks = good
        codes = answer.code, answer.msg, answer.router
        return PartialAnswer[Any](*codes, answer.data, answer.extra, answer.status_code, tuple(bad))


def _with_path(error: msgspec.ValidationError) -> str:
    """What is wrong, and where: in words that name no place it is the whole body."""
    return str(error) if " - at `" in str(error) else f"{error} - at `$`"


def _check_values(body: bytes) -> None:
    if len(body) > LARGE and (values := sum(body.count(mark) for mark in (b",", b"[", b"{"))) > MOST_VALUES:
        raise AnswerError(f"Expected at most {MOST_VALUES} values, got {values} - at `$`")


def _check_length(answer: Answer[Any]) -> None:
    if (rows := len(_rows_of(answer))) > LONGEST:
        raise AnswerError(f"Expected at most {LONGEST} rows, got {rows} - at `{answer.ranks_path}`")


def _with_users(answer: Answer[Any], made: Callable[[Any], Contributor]) -> Answer[Any]:
    """The answer with what is made of each row's user in its place."""
    _check_length(answer)
    for row in _rows_of(answer):
        row.user = made(row.user)
    return answer


def _rows_of(answer: Answer[Any]) -> list[Any]:
    ranks = answer.ranklist.ranks if answer.ranklist is not None else None
    return ranks if isinstance(ranks, list) else []


def _quarantined(position: int, ranks_path: str, error: str) -> Quarantined:
    reason, _, place = error.partition(" - at `$")
    return Quarantined(position, f"{ranks_path}[{position - 1}]{place.rstrip('`')}", reason)


_ranklist = _Reader(Answer[Entry[Raw]], Answer[Entry[User]], Entry[User])
_audience = _Reader(Answer[Visitor[Raw]], Answer[Visitor[User]], Visitor[User])
