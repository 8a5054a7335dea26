"""Decodes a body into an answer. If only some of its rows are wrong, keeps the others."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.profiles import Layout, named
from rankcrawler.gateways.wire import integers, rows
from rankcrawler.gateways.wire.codes import Codes
from rankcrawler.gateways.wire.contributor import Contributor, Contributors
from rankcrawler.gateways.wire.outline import Outline
from rankcrawler.gateways.wire.schema import Answer, Listed, Ranked, RankList, User
from rankcrawler.gateways.wire.surrogates import repaired
from rankcrawler.language import tr
from rankcrawler.model.items import Quarantined
from rankcrawler.model.kinds import ListKind

LONGEST = 1000
"""Rows. A list has 100, sometimes 200. Without this limit, a body of unreadable rows would fill the quarantine."""
LARGE = 1 << 20
"""Bytes. Only a list of more than 200 rows is larger; the values in such a body are counted before it is decoded."""
MOST_VALUES = 400_000
"""Commas and opening brackets; a documented row has 195. A value can be 2 bytes of JSON, and 120 bytes in memory."""

_BOM = b"\xef\xbb\xbf"


class Reader:
    """Reads lists of one kind. `contributors` caches contributors between lists; without a layout, it reads those of
    the default profile.
    """

    def __init__(self, kind: ListKind, contributors: Contributors | None = None, layout: Layout | None = None) -> None:
        layout = layout or named().answer
        row: Any = Ranked if kind.states_ranks else Listed
        user: Any = User if contributors is None else Raw
        self._outline = Outline(layout)
        self._codes = Codes(layout)
        self._contributor: Callable[[Any], Contributor] = Contributor if contributors is None else contributors.of
        self._decode = self._outline.decoder(row[user])
        self._decode_raw = self._outline.decoder(Raw, strict=False)
        self._states_ranks = kind.states_ranks

    def read(self, body: bytes) -> Answer:
        """Decode a body; raises AnswerError with the JSON path of the first error.

        If only some rows of the list are wrong, the answer quarantines them. If no row states its rank, the answer has
        the flag `rank_missing`.
        """
        return self._read(body.removeprefix(_BOM))

    def code(self, body: bytes) -> int | str | None:
        """The outer code of a body that is not a list; None if there is none, or if it means success."""
        return self._codes.of_failure(body)

    def _read(self, body: bytes) -> Answer:
        _check_values(body)
        try:
            answer = self._outline.answer(self._decode(body))
            _check_length(answer)
            for row in _rows_of(answer):
                row.user = self._contributor(row.user)
        except msgspec.ValidationError as error:
            return self._read_leniently(body, AnswerError(_with_path(error)))
        except msgspec.DecodeError as error:
            fixed = repaired(body)
            if fixed == body:
                raise AnswerError(tr("not JSON: {error}", error=error)) from error
            return self._read(fixed)
        except UnicodeDecodeError as error:
            return self._read_leniently(body, AnswerError(tr("not JSON: {error}", error=error)))
        except RecursionError as error:
            raise AnswerError(tr("not JSON: {error}", error=error)) from error
        return answer

    def _read_leniently(self, body: bytes, error: AnswerError) -> Answer:
        """Also accept integers written as strings and booleans written as integers, and read row by row."""
        body = repaired(body)
        try:
            decoded = self._decode_raw(body)
            integers.check(decoded, body)
        except msgspec.ValidationError as broken:
            return self._codes.of_refusal(body, AnswerError(_with_path(broken)))
        except rows.UNREADABLE as broken:
            return self._codes.of_refusal(body, AnswerError(tr("not JSON: {error}", error=broken)))
        answer = self._outline.answer(decoded)
        ranklist = answer.ranklist
        if ranklist is None or not isinstance(ranklist.ranks, list):
            return self._codes.of_refusal(body, error)
        _check_length(answer)
        return self._by_row(answer, ranklist)

    def _by_row(self, answer: Answer, ranklist: RankList) -> Answer:
        good: list[Listed[Contributor]] = []
        bad: list[Quarantined] = []
        is_unranked = self._states_ranks and rows.are_unranked(ranklist.ranks)
        read = rows.RowReader(states_ranks=self._states_ranks and not is_unranked).read
        for position, raw in enumerate(ranklist.ranks, start=1):
            try:
                good.append(read(raw))
            except rows.UNREADABLE as error:
                bad.append(_quarantined(position, answer.ranks_path, str(error)))
        if bad and not good:
            raise AnswerError(
                tr(
                    "none of {number} rows can be read: {reason} - at `{path}`",
                    number=len(bad),
                    reason=bad[0].reason,
                    path=bad[0].path,
                )
            )
        ranklist.ranks = good
        answer.quarantined = tuple(bad)
        if is_unranked:
            answer.flags = ("rank_missing",)
        return answer


def _with_path(error: msgspec.ValidationError) -> str:
    """The error and its path, which msgspec omits for the whole body."""
    return str(error) if " - at `" in str(error) else f"{error} - at `$`"


def _check_values(body: bytes) -> None:
    if len(body) > LARGE and (values := sum(body.count(mark) for mark in (b",", b"[", b"{"))) > MOST_VALUES:
        raise AnswerError(tr("Expected at most {most} values, got {values} - at `$`", most=MOST_VALUES, values=values))


def _check_length(answer: Answer) -> None:
    if (rows := len(_rows_of(answer))) > LONGEST:
        raise AnswerError(
            tr(
                "Expected at most {most} rows, got {rows} - at `{path}`",
                most=LONGEST,
                rows=rows,
                path=answer.ranks_path,
            )
        )


def _rows_of(answer: Answer) -> list[Any]:
    ranks = answer.ranklist.ranks if answer.ranklist is not None else None
    return ranks if isinstance(ranks, list) else []


def _quarantined(position: int, ranks_path: str, error: str) -> Quarantined:
    reason, _, place = error.partition(" - at `$")
    return Quarantined(position, f"{ranks_path}[{position - 1}]{place.rstrip('`')}", reason)
