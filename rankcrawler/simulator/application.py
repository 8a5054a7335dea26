"""The simulated gateway's web application: two lists and the ledger of what was given out."""

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web

from rankcrawler.simulator.answer import audience_answer, ranklist_answer, refusal
from rankcrawler.simulator.clock import Clock
from rankcrawler.simulator.damage import DAMAGES, Spoilt
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.query import Query, Refusal, parse_query
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
        return await self._answer(request, ranklist_answer)

    async def _audience(self, request: web.Request) -> web.Response:
        return await self._answer(request, lambda ranklist, _anchor_id: audience_answer(ranklist))

    async def _answer(self, request: web.Request, write: Writer) -> web.Response:
        query = parse_query(request.query, self._token)
        if isinstance(query, Refusal):
            return self._refuse(request, query)
        await asyncio.sleep(self._faults.wait())
        fault = self._faults.draw()
        if fault is not None:
            return await self._spoil(request, query, write, fault)
        ranklist = self._world.rank_list(query.room_id, self._clock())
        if ranklist is None:
            return self._refuse(request, Refusal(404, "直播间不存在或已结束"), query.room_id)
        body = write(ranklist, query.anchor_id)
        self._ledger.record("ok", query.room_id, len(ranklist.rows))
        return json_reply(request, body)

    async def _spoil(self, request: web.Request, query: Query, write: Writer, fault: FaultKind) -> web.Response:
        now = self._clock()
        ranklist = self._world.rank_list(query.room_id, now)
        body = b"" if ranklist is None else write(ranklist, query.anchor_id)
        self._ledger.record(fault, query.room_id)
        return await DAMAGES[fault](Spoilt(request, body, now, self._faults.stall))

    def _refuse(self, request: web.Request, why: Refusal, room_id: str | None = None) -> web.Response:
        self._ledger.record(_OUTCOMES[why.status], room_id)
        return json_reply(request, refusal(why.status, why.message), why.status)
