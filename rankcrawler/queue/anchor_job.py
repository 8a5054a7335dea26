"""An anchor to follow, as someone pushed it; and the forms in which people write one."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from rankcrawler.errors import JobError
from rankcrawler.language import marked, tr
from rankcrawler.model.anchors import FORMS as KNOWN_BY
from rankcrawler.model.anchors import Anchor
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import json_object, meant_of, of_interval, schedule, shown
from rankcrawler.queue.limits import LARGEST_ID, LIVE_HOST

FIELDS = (*KNOWN_BY, "url", "every", "every_max", "priority", "check_every")
"""The fields of an anchor that is written as an object or a table."""
FORMS = marked("uid=N, sec_uid=TEXT, web_rid=N, the address of a live page, or a JSON object with one of these fields")
CHECK_EVERY = 60.0
"""Seconds between two looks at an anchor who does not say."""
EVERY = 60.0
"""Seconds between two polls of the room of an anchor who does not say."""

_NUMBER = re.compile(r"0*([1-9][0-9]{0,18})")
_SEC_UID = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LONGEST_WEB_RID = 16
_ROOM_DIGITS = 19
_PROFILE_HOST = "www.douyin.com"


class AnchorJob(msgspec.Struct, frozen=True):
    """An anchor, how often to look them up, and how to poll the room that they are live in.

    If the queue knows the anchor already, what is None stays as it is there.
    """

    anchor: Anchor
    check_every: float | None = None
    """Seconds between two looks."""
    schedule: Schedule = Schedule()
    """Of the rooms."""


def parse(text: str) -> AnchorJob:
    """The anchor that a line of text names, in one of FORMS; raises JobError."""
    text = text.strip()
    if text.startswith("{"):
        return of_fields(json_object(text, tr(FORMS)))
    return AnchorJob(_named(text))


def of_fields(fields: Mapping[str, Any]) -> AnchorJob:
    """The anchor that named fields describe; a blank field counts as missing. Raises JobError.

    A field that is nearly one of FIELDS is an error; any other is ignored.
    """
    for name in fields:
        if name not in FIELDS and (field := meant_of(name, FIELDS)):
            raise JobError(
                tr("{name} is not a field of an anchor: did you mean {field}?", name=shown(name), field=field)
            )
    given = {name: value for name, value in fields.items() if value not in ("", None)}
    named = [_known_by(name, given[name]) for name in KNOWN_BY if name in given]
    if not named and "url" in given:
        named = [_of_url(str(given["url"]).strip())]
    if not named and "room_id" in given:
        raise _room_id(str(given["room_id"]))
    if len(named) != 1:
        raise JobError(tr("expected one of {fields}", fields=", ".join((*KNOWN_BY, "url"))))
    check_every = of_interval(given["check_every"], "check_every") if "check_every" in given else None
    return AnchorJob(named[0], check_every, schedule(given))


def _named(text: str) -> Anchor:
    if text.startswith(("http://", "https://")):
        return _of_url(text)
    by, sign, value = text.partition("=")
    if sign and by in KNOWN_BY:
        return _known_by(by, value)
    if text.startswith(f"{LIVE_HOST}/"):
        return _of_url(f"https://{text}")
    if _NUMBER.fullmatch(text):
        if len(text) == _ROOM_DIGITS:
            raise _room_id(text)
        return _known_by("uid", text)
    if _SEC_UID.fullmatch(text):
        return Anchor("sec_uid", text)
    raise JobError(tr("expected {forms}, not {value}", forms=tr(FORMS), value=shown(text)))


def _known_by(by: str, value: Any) -> Anchor:
    text = str(value).strip() if isinstance(value, str) or type(value) is int else ""
    if by == "sec_uid":
        if not _SEC_UID.fullmatch(text):
            raise JobError(tr("sec_uid must be 16 to 128 letters, digits, - and _, not {value}", value=shown(value)))
        return Anchor(by, text)
    digits = _NUMBER.fullmatch(text)
    most = 10**_LONGEST_WEB_RID - 1 if by == "web_rid" else LARGEST_ID
    if digits is None or int(digits[1]) > most:
        raise JobError(
            tr("{name} must be a whole number from 1 to {most}, not {value}", name=by, most=most, value=shown(value))
        )
    return Anchor(by, digits[1])


def _of_url(url: str) -> Anchor:
    """The anchor of a page's address, as a browser shows it."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise JobError(tr("expected {forms}; this is a broken URL ({error})", forms=tr(FORMS), error=error)) from None
    steps = [step for step in parts.path.split("/") if step]
    if parts.hostname == LIVE_HOST and steps and steps[-1].isdecimal():
        return _known_by("web_rid", steps[-1])
    if parts.hostname == _PROFILE_HOST and len(steps) == 2 and steps[0] == "user":
        return _known_by("sec_uid", steps[1])
    query = parse_qs(parts.query)
    for by in KNOWN_BY:
        if by in query:
            return _known_by(by, query[by][0])
    raise JobError(
        tr(
            "{url} names no anchor: expected {live}/NUMBER or {profile}/user/SEC_UID, as the browser shows it once the "
            "page is open",
            url=shown(url),
            live=LIVE_HOST,
            profile=_PROFILE_HOST,
        )
    )


def _room_id(text: str) -> JobError:
    return JobError(
        tr(
            "{value} looks like a room_id, which is another one in every session: poll it with `scrapy rooms add`, or "
            "follow its anchor by uid=N, sec_uid=TEXT, web_rid=N or the address of the live page",
            value=shown(text).strip("'"),
        )
    )
