"""The parameters of a request, checked and parsed."""

import hmac
import re
from collections.abc import Mapping

import msgspec

_ID = re.compile(r"0*[1-9][0-9]*")
_LONGEST_ID = 19


class Query(msgspec.Struct, frozen=True):
    """The requested room, as decimal digits without leading zeros, and its anchor if the request names one."""

    room_id: str
    anchor_id: int | None


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is refused: the HTTP status, which is the answer's `code` as well, and the answer's message."""

    status: int
    message: str
    room_id: str | None = None
    """The requested room; None if the request named no valid one."""


def _id(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_ID and _ID.fullmatch(text) else None


def parse_query(parameters: Mapping[str, str], token: str) -> Query | Refusal:
    """Return the query, or a Refusal if the token is wrong or an id is invalid."""
    number = _id(parameters.get("room_id", ""))
    room_id = None if number is None else str(number)
    if not hmac.compare_digest(parameters.get("token", "").encode(), token.encode()):
        return Refusal(401, "token 无效", room_id)
    if room_id is None:
        return Refusal(400, "room_id 参数错误")
    anchor_id = _id(parameters["anchor_id"]) if "anchor_id" in parameters else None
    if anchor_id is None and parameters.get("anchor_id"):
        return Refusal(400, "anchor_id 参数错误", room_id)
    return Query(room_id, anchor_id)
