"""A request, checked and parsed."""

import hmac
import re
from collections.abc import Mapping

import msgspec
from aiohttp import web

from rankcrawler.simulator.dialect import DiscoveryPath, ListPath

_ID = re.compile(r"0*[1-9][0-9]*")
_LONGEST_ID = 19


class Query(msgspec.Struct, frozen=True):
    """The requested room, as decimal digits without leading zeros, and its anchor if the request names one."""

    room_id: str
    anchor_id: int | None


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is refused: an outcome of the ledger."""

    outcome: str
    room_id: str | None = None
    """The requested room; None if the request named no valid one."""
    parameter: str = ""
    """The parameter that is wrong, if one is."""


async def parameters_of(request: web.Request, call: ListPath | DiscoveryPath) -> dict[str, str]:
    """What a request gives: the members of its JSON object if it must be a POST, else its query."""
    if call.method == "GET":
        return dict(request.query)
    try:
        given = msgspec.json.decode(await request.read(), type=dict[str, str | int])
    except msgspec.DecodeError:
        return {}
    return {name: str(value) for name, value in given.items()}


def parse_query(parameters: Mapping[str, str], call: ListPath, *, is_known: bool) -> Query | Refusal:
    """Return the query, or a Refusal if the token is not the known one or a parameter is invalid."""
    number = _id(parameters.get(call.room_id, ""))
    room_id = None if number is None else str(number)
    if not is_known:
        return Refusal("bad_token", room_id)
    wrong = [name for name, value in call.constants.items() if parameters.get(name) != value]
    anchor = parameters.get(call.anchor_id or "", "")
    if room_id is None:
        wrong = [call.room_id]
    elif call.anchor_id and (anchor or call.needs_anchor) and _id(anchor) is None:
        wrong = [call.anchor_id]
    if room_id is None or wrong:
        return Refusal("bad_request", room_id, wrong[0])
    return Query(room_id, _id(anchor))


def knows_token(request: web.Request, place: str, token: str) -> bool:
    """Whether a request has the token in the place where the gateway wants it, if it wants one."""
    if place == "none":
        return True
    if place == "bearer":
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    else:
        given = request.query.get(place.removeprefix("query:"), "")
    return hmac.compare_digest(given.encode(), token.encode())


def _id(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_ID and _ID.fullmatch(text) else None
