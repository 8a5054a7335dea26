"""The simulated gateway's web application: one path for each kind of list, and the ledger."""

import asyncio

import msgspec
from aiohttp import web

from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind
from rankcrawler.simulator.answer import list_answer, refusal
from rankcrawler.simulator.bad_rows import with_bad_rows
from rankcrawler.simulator.clock import Clock
from rankcrawler.simulator.damage import DAMAGES, Spoilt
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.ledger import Given, Ledger
from rankcrawler.simulator.query import Query, Refusal, parse_query
from rankcrawler.simulator.reply import json_reply
from rankcrawler.simulator.world import World

_OUTCOMES = {400: "bad_request", 401: "bad_token", 404: "ended"}


class Application:
    """Serves the lists of a world as of its clock's time, to clients that send the token; keeps the ledger."""

    def __init__(self, world: World, token: str, clock: Clock, faults: Faults, ledger: Ledger) -> None:
        self._world = world
        self._token = token
        self._clock = clock
        self._faults = faults
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Return a route for each kind of list in `kinds.KINDS`, and one for the ledger."""
        return [*map(self._route, kinds.KINDS.values()), web.get("/ledger", self._show_ledger)]

    def _route(self, kind: ListKind) -> web.RouteDef:
        async def answer(request: web.Request) -> web.Response:
            query = parse_query(request.query, self._token)
            if isinstance(query, Refusal):
                return self._refuse(request, query, kind)
            return await self._answer(request, query, kind)

        return web.get(f"/douyin/liveroom/{kind.name}", answer, allow_head=False)

    async def _show_ledger(self, request: web.Request) -> web.Response:
        return json_reply(request, msgspec.json.encode(self._ledger.as_json()))

    async def _answer(self, request: web.Request, query: Query, kind: ListKind) -> web.Response:
        await asyncio.sleep(self._faults.wait())
        fault = self._faults.draw()
        now = self._clock()
        ranklist = self._world.rank_list(query.room_id, now, kind.capacity)
        body = b"" if ranklist is None else list_answer(kind, ranklist, query.anchor_id)
        if fault is not None and fault is not FaultKind.BAD_ROWS:
            self._ledger.record(Given(fault, query.room_id, kind.name))
            return await DAMAGES[fault](Spoilt(request, body, now, self._faults.stall))
        if ranklist is None:
            return self._refuse(request, Refusal(404, "直播间不存在或已结束", query.room_id), kind)
        body, bad = (body, 0) if fault is None else with_bad_rows(body)
        outcome = FaultKind.BAD_ROWS if bad else "ok"
        self._ledger.record(Given(outcome, query.room_id, kind.name, ranklist.now, len(ranklist.rows), bad))
        return json_reply(request, body)

    def _refuse(self, request: web.Request, why: Refusal, kind: ListKind) -> web.Response:
        self._ledger.record(Given(_OUTCOMES[why.status], why.room_id, kind.name))
        return json_reply(request, refusal(why.status, why.message), why.status)
