"""The discovery calls of the simulated gateway: which of its anchors are live, and in which rooms."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from msgspec import UNSET
from msgspec.structs import replace

from rankcrawler.simulator.airtime import Airing, OnAir
from rankcrawler.simulator.answer import platform_answer_of
from rankcrawler.simulator.asked import Asked
from rankcrawler.simulator.clock import Clock
from rankcrawler.simulator.damage import DAMAGES, Spoilt
from rankcrawler.simulator.dialect import Dialect, DiscoveryPath, filled
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.query import knows_token, parameters_of
from rankcrawler.simulator.reply import json_reply
from rankcrawler.simulator.world import World

_OF_SEC_UID = "MS4wLjABAAAA"
"""What a simulated sec_uid begins with; the anchor's uid follows."""


class Lookups:
    """Answers questions about anchors, and about rooms that anchors were seen in."""

    def __init__(
        self, world: World, token: str, clock: Clock, faults: Faults, ledger: Ledger, dialect: Dialect
    ) -> None:
        self._world = world
        self._token = token
        self._clock = clock
        self._faults = faults
        self._ledger = ledger
        self._dialect = dialect

    def routes(self) -> list[web.RouteDef]:
        """Return a route for each discovery call of the dialect."""
        return [self._route(call) for call in self._dialect.discovery.values()]

    def _route(self, call: DiscoveryPath) -> web.RouteDef:
        async def answer(request: web.Request) -> web.Response:
            asked = Asked(request, self._dialect, await parameters_of(request, call), self._clock())
            named = [each for each in asked.parameters.get(call.parameter, "").split(",") if each]
            if not knows_token(request, self._dialect.token, self._token):
                return self._fail(asked, "bad_token")
            if not 0 < len(named) <= call.most or not all(_is_valid(each, call) for each in named):
                return self._fail(asked, "bad_request", call.parameter)
            return await self._answer(asked, named, call)

        return web.route(call.method, call.path, answer)

    def _fail(self, asked: Asked, outcome: str, parameter: str = "") -> web.Response:
        self._ledger.note_look(outcome)
        return asked.fail(outcome, parameter)

    async def _answer(self, asked: Asked, named: Sequence[str], call: DiscoveryPath) -> web.Response:
        await asyncio.sleep(self._faults.wait())
        fault = self._faults.draw()
        asked = replace(asked, now=self._clock())
        body = asked.list_body(platform_answer_of(self._data(call, named, asked.now), asked.now))
        if fault is not None and fault is not FaultKind.BAD_ROWS:  # there are no rows
            self._ledger.note_look(fault)
            return await DAMAGES[fault](Spoilt(asked, body, self._faults.stall))
        self._ledger.note_look("ok")
        return json_reply(asked.request, body)

    def _data(self, call: DiscoveryPath, named: Sequence[str], now: int) -> Any:
        """What the platform's answer holds about anchors or rooms."""
        seen = {each: self._airing(call, each, now) for each in named}
        if call.many is not UNSET:
            return filled(call.many, _of_many(seen))
        [airing] = seen.values()
        if airing is None:
            return filled(call.offline, _values(None, named[0]))
        template = {OnAir.LIVE: call.live, OnAir.REPLAY: call.replay}.get(airing.state, UNSET)
        return filled(call.offline if template is UNSET else template, _values(airing, named[0]))

    def _airing(self, call: DiscoveryPath, asked: str, now: int) -> Airing | None:
        if call.asks == "room_id":
            return self._world.airing_of_room(asked, now)
        return self._world.airing(int(asked.removeprefix(_OF_SEC_UID)), now)


def _is_valid(asked: str, call: DiscoveryPath) -> bool:
    digits = asked.removeprefix(_OF_SEC_UID) if call.asks == "sec_uid" else asked
    return digits.isascii() and digits.isdecimal() and len(digits) <= 19


def _of_many(seen: Mapping[str, Airing | None]) -> dict[str, Any]:
    """The values of templates about many: a map of those with a room to see, and a list of all."""
    rooms = {
        each: int(airing.session.room_id)
        for each, airing in seen.items()
        if airing is not None and airing.state is not OnAir.OFFLINE
    }
    alive = [
        {"alive": airing is not None and airing.state is OnAir.LIVE, "room_id": int(each)}
        for each, airing in seen.items()
    ]
    return {"rooms": rooms or [], "statuses": alive}


def _values(airing: Airing | None, asked: str) -> dict[str, Any]:
    """The values of templates about one."""
    if airing is None:
        return {"room_id": asked, "number": 0, "uid": 0, "began": 0, "finished": 0} | dict.fromkeys(
            ("sec_uid", "title", "nickname", "rounded", "audience"), ""
        )
    session = airing.session
    return {
        "room_id": session.room_id,
        "number": int(session.room_id),
        "rounded": int(float(session.room_id)),
        "uid": session.anchor,
        "sec_uid": f"{_OF_SEC_UID}{session.anchor}",
        "title": f"第{session.begin // 1000 % 1000}场",
        "nickname": f"主播{session.anchor % 10_000}",
        "audience": f"{session.anchor % 90 + 10}万",
        "began": session.begin // 1000,
        "finished": session.end // 1000,
    }
