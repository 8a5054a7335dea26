"""The simulated gateway's web application: two lists and the ledger of what was given out."""

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web

from rankcrawler.simulator.answer import audience_answer, ranklist_answer, refusal
from rankcrawler.simulator.bad_rows import with_bad_rows
from rankcrawler.simulator.clock import Clock
from rankcrawler.simulator.damage import DAMAGES, Spoilt
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.ledger import Given, Ledger
from rankcrawler.simulator.query import Refusal, parse_query
from rankcrawler.simulator.ranklist import RankList
from rankcrawler.simulator.reply import json_reply
from rankcrawler.simulator.world import World

_OUTCOMES = {400: "bad_request", 401: "bad_token", 404: "ended"}

Writer = Callable[[RankList, int | None], bytes]


class Application:
    """Answers for a world at its clock's time to whoever has the token, and keeps the ledger."""

    def __init__(self, world: World, token: str, clock: Clock, faults: Faults, ledger: Ledger) -> None:
        self._world = world
        self._token = token
        self._clock = clock
        self._faults = faults
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Return the paths that are answered."""
        return [
            web.get("/douyin/liveroom/ranklist", self._ranklist, allow_head=False),
            web.get("/douyin/liveroom/audience", self._audience, allow_head=False),
            web.get("/ledger", self._books),
        ]

    async def _books(self, request: web.Request) -> web.Response:
        return json_reply(request, msgspec.json.encode(self._ledger.as_json()))

    async def _ranklist(self, request: web.Request) -> web.Response:
        return await self._answer(request, "ranklist", ranklist_answer)

    async def _audience(self, request: web.Request) -> web.Response:
        return await self._answer(request, "audience", lambda ranklist, _anchor_id: audience_answer(ranklist))

    async def _answer(self, request: web.Request, kind: str, write: Writer) -> web.Response:
        query = parse_query(request.query, self._token)
        if isinstance(query, Refusal):
            return self._refuse(request, query, kind)
        await asyncio.sleep(self._faults.wait())
        fault = self._faults.draw()
        now = self._clock()
        ranklist = self._world.rank_list(query.room_id, now)
        body = b"" if ranklist is None else write(ranklist, query.anchor_id)
        if fault is not None and fault is not FaultKind.BAD_ROWS:
            self._ledger.record(Given(fault, query.room_id, kind))
            return await DAMAGES[fault](Spoilt(request, body, now, self._faults.stall))
        if ranklist is None:
            return self._refuse(request, Refusal(404, "直播间不存在或已结束", query.room_id), kind)
        body, bad = (body, 0) if fault is None else with_bad_rows(body)
        outcome = FaultKind.BAD_ROWS if bad else "ok"
        self._ledger.record(Given(outcome, query.room_id, kind, ranklist.now, len(ranklist.rows), bad))
        return json_reply(request, body)

    def _refuse(self, request: web.Request, why: Refusal, kind: str) -> web.Response:
        self._ledger.record(Given(_OUTCOMES[why.status], why.room_id, kind))
        return json_reply(request, refusal(why.status, why.message), why.status)
