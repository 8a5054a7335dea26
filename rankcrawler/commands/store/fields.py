"""The columns of an export: what heads them, and what turns a row of the store into a row of the file."""

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import astuple

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.model.columns import Row
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.store.answers import Session

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_PHRASE_ENDS = re.compile("[，；：（]")


class Field(NamedTuple):
    """A column of a file."""

    name: str
    """As in feeds."""
    chinese: str
    type: type
    """int, float, str, bool, or tuple for a list of texts."""
    is_time: bool = False
    """Whether it is a moment."""

    def heading(self, language: Language, zone: ZoneInfo | None) -> str:
        """What stands above it; `zone` is that of times which do not show theirs."""
        name = self.name if language == "en" else self.chinese
        return f"{name} ({zone.key})" if self.is_time and zone is not None else name


def _field(name: str, chinese: str, kind: type, unit: str) -> Field:
    return Field(name, _PHRASE_ENDS.split(chinese)[0], kind, unit.startswith("ISO 8601"))


ROW = tuple(_field(each.name, each.chinese, each.type, each.unit) for each in COLUMNS)
"""The columns of feeds."""
SESSION = (
    Field("anchor", "主播", str),
    Field("anchor_name", "主播昵称", str),
    Field("session_title", "本场标题", str),
    Field("session_begun_at", "开播时间", str, is_time=True),
    Field("session_ended_at", "下播时间", str, is_time=True),
)
"""What is known of the session, if the anchor is followed; only where --columns names them."""
SUMMARY = (
    Field("source", "网关", str),
    Field("room_id", "直播间 ID", str),
    Field("user_id", "贡献者的 uid", str),
    Field("nickname", "昵称", str),
    Field("coins", "期间至少送出的音浪", int),
    Field("most", "期间至多送出的音浪", int),
    Field("first_score", "期初音浪", int),
    Field("last_score", "期末音浪", int),
    Field("marks", "变动", tuple),
    Field("unseen", "榜单看不到的比例", float),
    Field("most_outside", "未上榜者至多送出的音浪", int),
)
"""The columns of a summary: one row for each contributor of a room who gave, entered or left.

The last two are the room's, as in Gains: the share of coins that its lists do not show, and the most of anyone else.
"""


class Table(NamedTuple):
    """The columns of one file, and how its times are written."""

    fields: Sequence[Field]
    language: Language = "en"
    zone: ZoneInfo | None = None
    """Where the clocks are by which times are written; None for UTC, as in feeds."""

    def headings(self, *, with_zone: bool = False) -> list[str]:
        """What stands above the columns; `with_zone` if the times in them do not show their zone."""
        zone = (self.zone or ZoneInfo("UTC")) if with_zone else None
        return [each.heading(self.language, zone) for each in self.fields]


def chosen(fields: Sequence[Field], names: Sequence[str] | None, more: Sequence[Field] = ()) -> list[Field]:
    """The fields of these names, in their order, of `more` as well; all but those for None.

    Raises SettingError for a name that is none.
    """
    if names is None:
        return list(fields)
    by_name = {each.name: each for each in (*fields, *more)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise SettingError(
            tr("--columns: {name!r} is not one of {names}", name=unknown[0][:40], names=", ".join(by_name))
        )
    return [by_name[name] for name in names]


def wants_session(fields: Sequence[Field]) -> bool:
    """Whether any of these fields is one of a session."""
    return not {*fields}.isdisjoint(SESSION)


def of_session(session: Session | None) -> Row:
    """The values of the fields of SESSION."""
    if session is None:
        return (None,) * len(SESSION)
    return session.anchor, session.nickname, session.title, session.begun_at, session.ended_at


def rows_of(snapshot: RoomSnapshot, fields: Sequence[Field], zone: ZoneInfo | None, session: Row = ()) -> Iterable[Row]:
    """The rows of a list, with these fields and times in a zone; `session` has the values of SESSION."""
    if len(fields) == len(ROW) and zone is None and not session:
        return map(astuple, snapshot.entries)
    pick = _picker(fields)
    if zone is None:
        return (pick(astuple(each) + session) for each in snapshot.entries)
    times: dict[str, str] = {}

    def in_zone(entry: RankEntry) -> Row:
        values = list(pick(astuple(entry) + session))
        for place, field in enumerate(fields):
            if field.is_time and values[place] is not None:
                text = values[place]
                if text not in times:
                    times[text] = moments.iso_in(ms(text), zone)
                values[place] = times[text]
        return tuple(values)

    return map(in_zone, snapshot.entries)


def _picker(fields: Sequence[Field]) -> Callable[[Row], Row]:
    places = {each.name: each.position for each in COLUMNS}
    places |= {each.name: len(COLUMNS) + place for place, each in enumerate(SESSION)}
    at = [places[each.name] for each in fields]
    return itemgetter(*at) if len(at) > 1 else lambda row: (row[at[0]],)
