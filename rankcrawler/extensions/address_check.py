"""Tells a wrong GATEWAY_URL from rooms that are gone, for as long as no room was ever answered well."""

from collections.abc import Awaitable, Callable

from rankcrawler.errors import WrongAddress
from rankcrawler.language import tr
from rankcrawler.queue.faults import FAULTS

_LOOKS = 2
"""So many answers of a web server, with none of the gateway's, show that the address is wrong."""


class AddressCheck:
    """Holds whether the gateway has sent a list, in this run or before.

    `url` is GATEWAY_URL, `path` is added to it for a list; `before` returns whether the queue has ever had a room that
    was answered well.
    """

    def __init__(self, url: str, path: str, before: Callable[[], Awaitable[bool]]) -> None:
        self._url = url
        self._path = path
        self._before = before
        self._pages = 0
        self.is_proven = False
        """Whether the gateway has sent a list in this run."""

    async def is_open(self) -> bool:
        """Whether no list has ever come from this address, as far as the queue knows."""
        try:
            return not self.is_proven and not await self._before()
        except FAULTS:
            return False  # nothing speaks against the address

    def of_web_server(self, reason: str) -> WrongAddress | None:
        """What follows from a web server's answer in place of the gateway's: nothing from the first alone."""
        self._pages += 1
        if self._pages < _LOOKS:
            return None
        return WrongAddress(
            tr(
                "GATEWAY_URL ({url}) seems to be wrong: no room was ever answered well, and the answer is "
                "{reason}. It must be the part of the address before {path}. No room is lost: they wait in "
                "the queue",
                url=self._url,
                reason=reason,
                path=self._path,
            )
        )

    def of_gone_rooms(self, rooms: int, reason: str) -> WrongAddress:
        """What follows from so many rooms that are gone, where none is there."""
        return WrongAddress(
            tr(
                "GATEWAY_URL ({url}) may be wrong: no room was ever answered well, and the first {rooms} "
                "rooms are gone ({reason}). No room is lost: they wait in the queue. If they have really "
                "ended, say so in VERDICTS, for instance with http:404=gone, or remove them with `scrapy "
                "rooms drain`",
                url=self._url,
                rooms=rooms,
                reason=reason,
            )
        )
