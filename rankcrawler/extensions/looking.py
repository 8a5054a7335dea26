"""Asks the gateway which rooms anchors are live in."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from scrapy import Request
from scrapy.exceptions import DownloadFailedError
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.extensions.peers import Peers
from rankcrawler.gateways.discovery import Answered, Discovery, Lookup
from rankcrawler.handler import GatewayResponse
from rankcrawler.model.anchors import Look, State
from rankcrawler.model.sessions import Followed
from rankcrawler.queue.gate import Gate

_PATIENT = 4
"""The attempt from which a look counts although what is asked about its room stays without an answer."""
_TRIES = 2
"""How often a room is asked about in one look, at most."""
_PAUSE = 1.0
"""Seconds, at most, until the gate is asked again for a call that follows from another."""


class Found(NamedTuple):
    """What a call has found, and the position of the token that it used."""

    answered: Answered
    token: int


class Looking:
    """Makes the calls of one crawl. `now_ms` is the clock that the fleet shares."""

    def __init__(self, discovery: Discovery, gate: Gate, peers: Peers, now_ms: Callable[[], int]) -> None:
        self._discovery = discovery
        self._gate = gate
        self._peers = peers
        self._stats: StatsCollector = peers.crawler.stats
        self._now_ms = now_ms

    async def ask(self, lookup: Lookup, asked: Sequence[str]) -> Found:
        """Make a call about anchors, or about rooms. Raises DownloadCancelledError if the crawl ends first."""
        url, method, body = lookup.request(asked)
        request = Request(url, method=method, body=body, meta={"verbatim_url": True}, dont_filter=True)
        self._stats.inc_value(statistics.LOOK_CALLS)
        try:
            response = await self._peers.download(request)
        except DownloadFailedError as error:
            return Found(lookup.unanswered(str(error), asked), 1)
        assert isinstance(response, GatewayResponse)
        return Found(lookup.read(response.reply, asked, self._now_ms()), response.token)

    async def doubted(self, looks: Mapping[str, Look], known: Mapping[str, Followed]) -> set[str]:
        """The rooms that anchors seem to be live in, as before, and that the gateway says are not live."""
        rooms = [look.room_id for each, look in looks.items() if look.room_id and look.room_id == known[each].room_id]
        lookup = self._discovery.of_rooms
        if lookup is None or not rooms:
            return set()
        await self._turn()
        answered, _ = await self.ask(lookup, rooms)
        return {room for room, look in answered.looks.items() if look.state is State.OFFLINE}

    async def examined(self, look: Look, known: Followed, attempt: int, *, is_certain: bool) -> Look:
        """A look, with what the gateway says of a room that is another one than before, or that is not certainly live.

        It says whether the room only shows a replay. If it says nothing, the look is unknown, but not for ever.
        """
        lookup, room_id = self._discovery.of_room, look.room_id
        if lookup is None or room_id is None or look.state is not State.LIVE:
            return look
        if room_id == known.replay:
            return Look(State.OFFLINE, room_id=room_id)
        if room_id == known.room_id and is_certain:
            return look
        for _ in range(_TRIES):
            await self._turn()
            answered, _token = await self.ask(lookup, [room_id])
            room = answered.looks[room_id]
            if room.state is not State.UNKNOWN:
                return room
        return look if attempt >= _PATIENT else room

    async def _turn(self) -> None:
        """Return when the gate lets one more call through."""
        while (admitted := await self._gate.admit(1)).permits < 1:  # noqa: ASYNC110 — no event tells of permits
            await asyncio.sleep(min(max(admitted.wait_ms, 10) / 1000, _PAUSE))
