"""The gateway's answer as it travels: its field names, and only the fields that are kept.

Two outer shapes are read by one set of structs: `{code, msg, data: {data: LIST, extra, status_code}}`
and the same without the outer pair, `{data: LIST, extra, status_code}`. Unknown fields are passed over;
integers may come as strings.
"""

import re
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from rankcrawler.errors import AnswerError
from rankcrawler.instants import LAST_MS
from rankcrawler.items import Quarantined

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Position = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Moment = Annotated[int, msgspec.Meta(ge=1, le=LAST_MS)]


class Image(msgspec.Struct, gc=False):
    """A picture, at several addresses that serve the same bytes."""

    url_list: list[str] | None = None


class PayGrade(msgspec.Struct, gc=False):
    """What a user has spent in total, as a level with its bounds in diamonds."""

    level: Natural | None = None
    this_grade_min_diamond: Natural | None = None
    this_grade_max_diamond: Natural | None = None
    grade_describe: str | None = None


class ClubMembership(msgspec.Struct, gc=False):
    """A user's standing in the anchor's fan club; 1 is a member."""

    club_name: str | None = None
    level: Natural | None = None
    user_fans_club_status: int | None = None


class FansClub(msgspec.Struct, gc=False):
    """The wrapper around the membership."""

    data: ClubMembership | None = None


class User(msgspec.Struct, gc=False):
    """A contributor, as far as anything of it is kept."""

    id: Natural | None = None
    id_str: str | None = None
    display_id: str | None = None
    sec_uid: str | None = None
    nickname: str | None = None
    gender: int | None = None
    avatar_thumb: Image | None = None
    pay_grade: PayGrade | None = None
    fans_club: FansClub | None = None
    mystery_man: int | None = None


class Entry(msgspec.Struct, gc=False):
    """One row of the list."""

    rank: Position
    user: User
    score: Natural | None = None
    exactly_score: str | None = None
    score_description: str | None = None
    gap_description: str | None = None
    delta: Natural | None = None
    is_hidden: bool | None = None


class Extra(msgspec.Struct, gc=False):
    """What stands beside the list: its clock, in ms since 1970."""

    now: Moment | None = None


Row = TypeVar("Row", Entry, Raw)


class RankList(msgspec.Struct, Generic[Row]):
    """The list and what is said of the room; its rows decoded or, where one of them is bad, raw."""

    ranks: list[Row] | UnsetType | None = UNSET
    total: Natural | None = None
    user_count_desc: str | None = None
    currency: str | None = None
    has_more: bool | None = None
    message: str | None = None
    prompts: str | None = None


class Inner(RankList[Row], Generic[Row]):
    """What stands under the outermost `data`: the envelope of a list or, without one, the list itself."""

    data: RankList[Row] | None = None
    extra: Extra | None = None
    status_code: int | None = None


class Answer(msgspec.Struct, Generic[Row]):
    """A whole body."""

    code: int | None = None
    msg: str | None = None
    router: str | None = None
    data: Inner[Row] | None = None
    extra: Extra | None = None
    status_code: int | None = None

    @property
    def ranklist(self) -> RankList[Row] | None:
        """The list, wherever this shape of answer has it."""
        return self.data.data if self.data is not None and self._enveloped else self.data

    @property
    def inner_code(self) -> int | None:
        """The inner verdict; 0 is success."""
        return self.data.status_code if self.data is not None and self._enveloped else self.status_code

    @property
    def now(self) -> int | None:
        """The list's clock, in ms since 1970."""
        extra = self.data.extra if self.data is not None and self._enveloped else self.extra
        return None if extra is None else extra.now

    @property
    def ranks_path(self) -> str:
        """Where this shape of answer has the entries, as a JSON path."""
        return "$.data.data.ranks" if self._enveloped else "$.data.ranks"

    @property
    def words(self) -> str:
        """What the gateway says of itself, in its own words; may be empty."""
        ranklist = self.ranklist
        said = [self.msg, self.router]
        if ranklist is not None:
            said += [ranklist.message, ranklist.prompts]
        return " ".join(word for word in said if word)

    @property
    def _enveloped(self) -> bool:
        return self.data is not None and (self.data.data is not None or self.data.status_code is not None)


class PartialAnswer(Answer[Entry]):
    """An answer some of whose rows could not be read: `ranks` has the others."""

    quarantined: tuple[Quarantined, ...] = ()


class InnerRefusal(msgspec.Struct):
    """The verdict of an envelope whose list has an unknown shape."""

    status_code: int | None = None


class Refusal(msgspec.Struct):
    """The least that can be read of a body whose `data` has an unknown shape."""

    code: int | None = None
    msg: Any = None
    router: Any = None
    data: InnerRefusal | list[Any] | str | float | bool | None = None
    status_code: int | None = None

    @property
    def inner_code(self) -> int | None:
        """The inner verdict, wherever this shape of answer has it."""
        told = self.data.status_code if isinstance(self.data, InnerRefusal) else None
        return self.status_code if told is None else told


_decode = msgspec.json.Decoder(Answer[Entry], strict=False).decode
_decode_raw = msgspec.json.Decoder(Answer[Raw], strict=False).decode
_decode_entry = msgspec.json.Decoder(Entry, strict=False).decode
_decode_refusal = msgspec.json.Decoder(Refusal, strict=False).decode
_BOM = b"\xef\xbb\xbf"
_KEPT_ESCAPE = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u]"
_LONE_SURROGATE = re.compile(rb"(" + _KEPT_ESCAPE + rb")|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def read(body: bytes) -> Answer[Entry]:
    """Decode a body; raises AnswerError with the JSON path of the first thing that is wrong.

    Where nothing but some rows of the list is wrong, those are quarantined: the answer is a PartialAnswer.
    """
    body = body.removeprefix(_BOM)
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        return _read_by_row(body) or _read_refusal(body, error)
    except msgspec.DecodeError as error:
        mended = _without_lone_surrogates(body)
        if mended == body:
            raise AnswerError(f"not JSON: {error}") from error
        return read(mended)
    except (UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(f"not JSON: {error}") from error


def _read_by_row(body: bytes) -> PartialAnswer | None:
    """The rows that can be read, if any can and all else is well."""
    try:
        answer = _decode_raw(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    ranklist = answer.ranklist
    if ranklist is None or not isinstance(ranklist.ranks, list):
        return None
    good: list[Entry] = []
    bad: list[Quarantined] = []
    for position, raw in enumerate(ranklist.ranks, start=1):
        try:
            good.append(_decode_entry(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            bad.append(_quarantined(position, answer.ranks_path, str(error)))
    if not good or len(bad) == 0:
        return None
    kept = RankList(good, *(getattr(ranklist, name) for name in RankList.__struct_fields__[1:]))
    inner = Inner[Entry](data=kept, extra=Extra(answer.now), status_code=answer.inner_code)
    return PartialAnswer(answer.code, answer.msg, answer.router, inner, quarantined=tuple(bad))


def _quarantined(position: int, ranks_path: str, error: str) -> Quarantined:
    reason, _, place = error.partition(" - at `$")
    return Quarantined(position, f"{ranks_path}[{position - 1}]{place.rstrip('`')}", reason)


def _read_refusal(body: bytes, error: msgspec.ValidationError) -> Answer[Entry]:
    """A failure may put anything under `data`: what counts then is its code."""
    try:
        refusal = _decode_refusal(_without_lone_surrogates(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AnswerError(str(error)) from error
    if refusal.code in (None, 200) and refusal.inner_code in (None, 0):
        raise AnswerError(str(error)) from error
    msg, router = (None if words is None else str(words)[:200] for words in (refusal.msg, refusal.router))
    return Answer[Entry](refusal.code, msg, router, None, None, refusal.inner_code)


def _without_lone_surrogates(body: bytes) -> bytes:
    """Half of an emoji (a lone surrogate) is no reason to lose a list: it becomes U+FFFD."""
    return _LONE_SURROGATE.sub(lambda found: found[1] or rb"\ufffd", body)
