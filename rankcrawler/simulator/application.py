"""The simulated gateway's web application: one path for each kind of list, and the ledger."""

import asyncio

import msgspec
from aiohttp import web
from msgspec.structs import replace

from rankcrawler.model import kinds
from rankcrawler.model.kinds import ListKind
from rankcrawler.simulator.answer import platform_answer
from rankcrawler.simulator.asked import Asked
from rankcrawler.simulator.bad_rows import spoil_rows
from rankcrawler.simulator.clock import Clock
from rankcrawler.simulator.damage import DAMAGES, Spoilt
from rankcrawler.simulator.dialect import Dialect, ListPath
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.ledger import Given, Ledger
from rankcrawler.simulator.lookups import Lookups
from rankcrawler.simulator.query import Query, Refusal, knows_token, parameters_of, parse_query
from rankcrawler.simulator.reply import json_reply
from rankcrawler.simulator.world import World


class Application:
    """Serves the lists of a world as of its clock's time, to clients that send the token; keeps the ledger."""

    def __init__(
        self, world: World, token: str, clock: Clock, faults: Faults, ledger: Ledger, dialect: Dialect
    ) -> None:
        self._world = world
        self._token = token
        self._clock = clock
        self._faults = faults
        self._ledger = ledger
        self._dialect = dialect
        self._lookups = Lookups(world, token, clock, faults, ledger, dialect)

    def routes(self) -> list[web.RouteDef]:
        """Return a route for each list and each discovery call of the dialect, and one for the ledger."""
        lists = (self._route(kinds.named(kind), call) for kind, call in self._dialect.lists.items())
        return [*lists, *self._lookups.routes(), web.get("/ledger", self._show_ledger)]

    def _route(self, kind: ListKind, call: ListPath) -> web.RouteDef:
        async def answer(request: web.Request) -> web.Response:
            asked = Asked(request, self._dialect, await parameters_of(request, call), self._clock())
            is_known = knows_token(request, self._dialect.token, self._token)
            query = parse_query(asked.parameters, call, is_known=is_known)
            if isinstance(query, Refusal):
                return self._refuse(asked, query, kind)
            return await self._answer(asked, query, kind)

        return web.route(call.method, call.path, answer)

    async def _show_ledger(self, request: web.Request) -> web.Response:
        return json_reply(request, msgspec.json.encode(self._ledger.as_json()))

    async def _answer(self, asked: Asked, query: Query, kind: ListKind) -> web.Response:
        await asyncio.sleep(self._faults.wait())
        fault = self._faults.draw()
        asked = replace(asked, now=self._clock())
        ranklist = self._world.rank_list(query.room_id, asked.now, kind.capacity)
        platform = None if ranklist is None else platform_answer(kind, ranklist, query.anchor_id)
        if fault is not None and fault is not FaultKind.BAD_ROWS:
            self._ledger.record(Given(fault, query.room_id, kind.name))
            body = b"" if platform is None else asked.list_body(platform)
            return await DAMAGES[fault](Spoilt(asked, body, self._faults.stall))
        if ranklist is None or platform is None:
            return self._refuse(asked, Refusal("ended", query.room_id), kind)
        bad = 0 if fault is None else spoil_rows(platform["data"]["ranks"])
        outcome = FaultKind.BAD_ROWS if bad else "ok"
        self._ledger.record(Given(outcome, query.room_id, kind.name, ranklist.now, len(ranklist.rows), bad))
        return json_reply(asked.request, asked.list_body(platform))

    def _refuse(self, asked: Asked, why: Refusal, kind: ListKind) -> web.Response:
        self._ledger.record(Given(why.outcome, why.room_id, kind.name))
        return asked.fail(why.outcome, why.parameter)
