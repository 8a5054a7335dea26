"""The gateway's answer as it travels: its field names, and only the fields that are kept.

Two outer shapes are read by one set of structs: `{code, msg, data: {data: LIST, extra, status_code}}`
and the same without the outer pair, `{data: LIST, extra, status_code}`. Unknown fields are passed over;
integers may come as strings.
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from rankcrawler.errors import AnswerError
from rankcrawler.instants import LAST_MS

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


class RankList(msgspec.Struct):
    """The list and what is said of the room."""

    ranks: list[Entry] | UnsetType | None = UNSET
    total: Natural | None = None
    user_count_desc: str | None = None
    currency: str | None = None
    has_more: bool | None = None
    message: str | None = None
    prompts: str | None = None


class Inner(RankList):
    """What stands under the outermost `data`: the envelope of a list or, without one, the list itself."""

    data: RankList | None = None
    extra: Extra | None = None
    status_code: int | None = None


class Answer(msgspec.Struct):
    """A whole body."""

    code: int | None = None
    msg: str | None = None
    router: str | None = None
    data: Inner | None = None
    extra: Extra | None = None
    status_code: int | None = None

    @property
    def ranklist(self) -> RankList | None:
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


class InnerRefusal(msgspec.Struct):
    """The verdict of an envelope whose list has an unknown shape."""

    status_code: int | None = None


class Refusal(msgspec.Struct):
    """The least that can be read of a body whose `data` has an unknown shape."""

    code: int | None = None
    msg: str | None = None
    router: str | None = None
    data: InnerRefusal | list[Any] | str | float | bool | None = None
    status_code: int | None = None

    @property
    def inner_code(self) -> int | None:
        """The inner verdict, wherever this shape of answer has it."""
        told = self.data.status_code if isinstance(self.data, InnerRefusal) else None
        return self.status_code if told is None else told


_decode = msgspec.json.Decoder(Answer, strict=False).decode
_decode_refusal = msgspec.json.Decoder(Refusal, strict=False).decode
_BOM = b"\xef\xbb\xbf"
_KEPT_ESCAPE = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u]"
_LONE_SURROGATE = re.compile(rb"(" + _KEPT_ESCAPE + rb")|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def read(body: bytes) -> Answer:
    """Decode a body; raises AnswerError with the JSON path of the first thing that is wrong."""
    body = body.removeprefix(_BOM)
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        return _read_refusal(body, error)
    except msgspec.DecodeError as error:
        mended = _without_lone_surrogates(body)
        if mended == body:
            raise AnswerError(f"not JSON: {error}") from error
        return read(mended)
    except (UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(f"not JSON: {error}") from error


def _read_refusal(body: bytes, error: msgspec.ValidationError) -> Answer:
    """A failure may put anything under `data`: what counts then is its code."""
    try:
        refusal = _decode_refusal(_without_lone_surrogates(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AnswerError(str(error)) from error
    if refusal.code in (None, 200) and refusal.inner_code in (None, 0):
        raise AnswerError(str(error)) from error
    return Answer(refusal.code, refusal.msg, refusal.router, None, None, refusal.inner_code)


def _without_lone_surrogates(body: bytes) -> bytes:
    """Half of an emoji (a lone surrogate) is no reason to lose a list: it becomes U+FFFD."""
    return _LONE_SURROGATE.sub(lambda found: found[1] or rb"\ufffd", body)
