"""Reads moments as people write them, and writes moments for people: in a time zone, which is always shown.

Items, feeds and views have their times in UTC. What a day is, and what a time without an offset means, the setting
TIME_ZONE decides.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

FORMS = marked("12:03, today, yesterday 20:00, 2026-11-23, 2026-11-23T12:00+08:00, or an age: 90s, 5min, 2h, 30d")
"""How moments are written."""

_AGE = re.compile(r"(\d{1,9})\s?(s|sec|m|min|h|d)")
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_DAY = re.compile(r"(today|yesterday|今天|昨天)(?:[ T](.+))?")
_DAYS_AGO = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}
_TIME = re.compile(r"(\d\d?):(.+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone(name: str) -> ZoneInfo:
    """The time zone with an IANA name; raises SettingError if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # of a name that is unknown, that is none, or that is a folder's
        raise SettingError(
            tr("expected the name of a time zone such as Asia/Shanghai or UTC, not {name!r}", name=name[:40])
        ) from None


def parsed(text: str, within: tzinfo, now_ms: int) -> int:
    """The moment that FORMS write, in milliseconds since 1970; a time without an offset is one in the zone `within`.

    Raises SettingError for anything else, and for a moment after `now_ms`.
    """
    moment = _age(text, now_ms)
    if moment is None:
        try:
            moment = _ms(_written(text.strip(), within, now_ms))
        except (ValueError, OverflowError):
            raise SettingError(
                tr("expected a time such as {forms}; not {text!r}", forms=tr(FORMS), text=text[:40])
            ) from None
    if moment > now_ms:
        raise SettingError(
            tr(
                "{moment} lies in the future: it is {now} now",
                moment=shown(moment, within),
                now=shown(now_ms, within),
            )
        )
    return moment


def shown(ms: int, within: tzinfo) -> str:
    """`1795435200000` → `"2026-11-23 20:00:00+08:00"`, in a zone."""
    return _datetime(ms, within).isoformat(" ", "seconds")


def iso_in(ms: int, within: tzinfo) -> str:
    """`1795435200000` → `"2026-11-23T20:00:00.000+08:00"`, in a zone; ends in Z if that is UTC."""
    text = _datetime(ms, within).isoformat(timespec="milliseconds")
    return f"{text[:-6]}Z" if getattr(within, "key", None) == "UTC" else text


def local(ms: int, within: tzinfo) -> datetime:
    """The date and time that clocks in a zone show, without the zone: what a spreadsheet takes."""
    return _datetime(ms, within).replace(tzinfo=None)


def day(ms: int, within: tzinfo) -> str:
    """The day of a moment in a zone, as YYYY-MM-DD."""
    return _datetime(ms, within).date().isoformat()


def midnight(ms: int, within: tzinfo) -> int:
    """The beginning of the day of a moment in a zone, in milliseconds since 1970."""
    return _ms(_datetime(ms, within).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))


def duration(text: str) -> int:
    """`"5min"` → 300000: milliseconds, at least one second; raises SettingError for anything else."""
    found = _AGE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise SettingError(tr("expected a duration such as 90s, 5min, 2h or 1d; not {text!r}", text=text[:40]))
    return int(found[1]) * _SECONDS[found[2]] * 1000


def _age(text: str, now_ms: int) -> int | None:
    found = _AGE.fullmatch(text.strip())
    return None if found is None else max(now_ms - int(found[1]) * _SECONDS[found[2]] * 1000, 0)


def _written(text: str, within: tzinfo, now_ms: int) -> datetime:
    """A day, a time of today, or both; raises ValueError for anything else."""
    days_ago, time = 0, text
    if found := _DAY.fullmatch(text):
        days_ago, time = _DAYS_AGO[found[1]], found[2] or "00:00"
    found = _TIME.fullmatch(time)
    if found is None:
        moment = datetime.fromisoformat(time)
        return moment if moment.tzinfo else moment.replace(tzinfo=within)
    time = f"{found[1]:0>2}:{found[2]}"
    offset = datetime.fromisoformat(f"2000-01-01T{time}").tzinfo or within
    date = _datetime(now_ms, offset).date() - timedelta(days=days_ago)
    return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=offset)


def _datetime(ms: int, within: tzinfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(within)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
