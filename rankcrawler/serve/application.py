"""The web application: the lists of the store, at the paths and in the shapes of the default gateway."""

import hmac
import time
from datetime import tzinfo

from aiohttp import web

from rankcrawler.errors import DamagedList, NoStore, RequestError, StoreError
from rankcrawler.gateways import profiles
from rankcrawler.language import tr
from rankcrawler.model import kinds
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.kinds import ListKind
from rankcrawler.serve import documented, query
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.query import Query
from rankcrawler.simulator.reply import json_reply
from rankcrawler.store.reading import Reading

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names under which a server that listens on loopback alone is reached."""


class Refusal(Exception):  # noqa: N818 — an answer, and no error of ours
    """The answer to a request that is refused: its HTTP status, which is its code, and why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Application:
    """Answers from the store behind a desk. An empty token means that none is asked for.

    `hosts` are the names under which it may be reached, any if there is none. Moments without an offset are those of
    `zone`.
    """

    def __init__(self, desk: Desk, token: str, hosts: tuple[str, ...], zone: tzinfo) -> None:
        self._desk = desk
        self._token = token.encode()
        self._hosts = hosts
        self._zone = zone

    def routes(self) -> list[web.RouteDef]:
        """A route for each kind of list."""
        calls = profiles.named().lists
        return [self._route(call.path, kinds.named(kind)) for kind, call in calls.items()]

    def _route(self, path: str, kind: ListKind) -> web.RouteDef:
        async def answer(request: web.Request) -> web.Response:
            try:
                self._check(request)
                return json_reply(request, await self._list(request, kind))
            except Refusal as refusal:
                body = documented.refusal(refusal.status, refusal.message)
                return json_reply(request, body, refusal.status)

        return web.get(path, answer)

    def _check(self, request: web.Request) -> None:
        """Refuse a page that reaches this server under a name of its own, and a token that is not ours."""
        if self._hosts and request.url.host not in self._hosts:
            raise Refusal(403, tr("this server is {hosts}", hosts=", ".join(self._hosts)))
        if self._token and not hmac.compare_digest(request.query.get("token", "").encode(), self._token):
            raise Refusal(401, tr("the token is wrong"))

    async def _list(self, request: web.Request, kind: ListKind) -> bytes:
        now_ms = time.time_ns() // 1_000_000
        try:
            wanted = query.parsed(request.query, self._zone, now_ms)
            found = await self._desk.ask(lambda store: _found(store, wanted, kind))
        except RequestError as error:
            raise Refusal(400, str(error)) from None
        except (DamagedList, NoStore) as error:
            raise Refusal(500, str(error)) from None
        except StoreError as error:
            raise Refusal(503, str(error)) from None
        if found is None:
            return documented.no_list(tr("the room has no list yet"), now_ms)
        return documented.answer(found)


def _found(store: Reading, wanted: Query, kind: ListKind) -> RoomSnapshot | None:
    """The list that is wanted; None if the room has none yet. Raises Refusal for a room that was never polled."""
    of = {"kind": kind.name}
    found = store.latest(wanted.room_id, **of) if wanted.at is None else store.at(wanted.room_id, wanted.at, **of)
    if found is None and not store.sources_of_room(wanted.room_id, **of):
        raise Refusal(404, tr("no {kind} of room {room} is in the store", kind=kind.name, room=wanted.room_id))
    return found
