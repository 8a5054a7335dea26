"""Looks at the gateway: its profile, its tokens and, with one request, whether it answers."""

from collections.abc import AsyncIterator, Callable
from time import perf_counter

from rankcrawler.commands import program
from rankcrawler.commands.doctor import clocks
from rankcrawler.commands.doctor.clocks import Reading
from rankcrawler.commands.doctor.finding import Finding, ok, warning, wrong
from rankcrawler.errors import GatewayError, SettingError
from rankcrawler.gateways import gateway, profiles
from rankcrawler.gateways.client import Client
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.profiles import Placement, Profile
from rankcrawler.gateways.verdict import Action
from rankcrawler.language import counted, marked, tr
from rankcrawler.model.items import FailedPoll
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.targets import Target
from rankcrawler.options import Options

_PROFILE, _TOKEN, _ADDRESS, _ANSWER = marked("profile"), marked("token"), marked("address"), marked("answer")
_ANCHOR = "98204909466"
"""For a gateway that needs one."""


class Examined:
    """The gateway: what was found, and its clock, once `findings` has ended.

    `say` is called with a sentence before the only request, for the list of a room; without it, none is made.
    """

    def __init__(self, options: Options, room_id: str, say: Callable[[str], None] | None) -> None:
        self.clock: Reading | None = None
        self._options = options
        self._room_id = room_id
        self._say = say

    async def findings(self) -> AsyncIterator[Finding]:
        """Yield what is found of the gateway."""
        options = self._options
        try:
            profile = profiles.named(options.gateway_profile)
        except SettingError as error:
            yield wrong("gateway", _PROFILE, str(error), f"{program.name()} gateway list")
            return
        yield ok("gateway", _PROFILE, profile.name)
        tokens = _tokens(options, profile)
        yield tokens
        try:
            asked = Gateway.of(options)
            asked.check(kind := next(iter(profile.lists), RANKLIST.name))
            target = asked.target(kind, self._room_id, _ANCHOR)
            client = gateway.client(options)
        except SettingError as error:
            if str(error) != tokens.found:
                yield wrong("gateway", _ADDRESS, str(error), f"{program.name()} init")
            return
        yield ok("gateway", _ADDRESS, asked.address.base)
        if self._say is not None:
            self._say(_announcement(asked, target))
            async with client:
                yield await self._answer(asked, client, target)

    async def _answer(self, asked: Gateway, client: Client, target: Target) -> Finding:
        """What the gateway answers to one request."""
        before, began = clocks.now_ms(), perf_counter()
        try:
            reply = await client.fetch(*asked.call(target))
        except GatewayError as error:
            return wrong("gateway", _ANSWER, str(error), f"curl -sSI {asked.address.base}")
        seconds = perf_counter() - began
        self.clock = clocks.of_reply(before, reply)
        found = asked.read(reply, target, round(before))
        if not isinstance(found, FailedPoll):
            rows = counted("a list of {number} row", "a list of {number} rows", found.entry_count)
            return ok("gateway", _ANSWER, tr("{what} in {seconds:.2g} s", what=rows, seconds=seconds))
        return self._failed(Action(found.action), found.reason)

    def _failed(self, action: Action, reason: str) -> Finding:
        """What an answer without a list says of the gateway."""
        fix = f"{program.name()} gateway check {self._room_id}"
        if action in (Action.GONE, Action.GONE_ONCE):
            return ok("gateway", _ANSWER, tr("it answers, and says that room {room} is over", room=self._room_id))
        if action is Action.STOP:
            return wrong("gateway", _ANSWER, tr("it refuses the token: {reason}", reason=reason), fix)
        return warning("gateway", _ANSWER, reason, fix)


def _tokens(options: Options, profile: Profile) -> Finding:
    if not Placement.of(profile.token).is_needed:
        return ok("gateway", _TOKEN, tr("the gateway asks for none"))
    try:
        many = len(gateway.tokens(options))
    except SettingError as error:
        return wrong("gateway", _TOKEN, str(error), f"{program.name()} init")
    return ok("gateway", _TOKEN, counted("{number} token is set", "{number} tokens are set", many))


def _announcement(asked: Gateway, target: Target) -> str:
    """What is about to be requested, and what it costs."""
    limits = asked.profile.limits
    said = tr(
        "Asking the gateway {base} once, for the list of room {room}.", base=asked.address.base, room=target.room_id
    )
    if not limits.price:
        return said
    return tr("{said} It may cost {price:g} {currency}.", said=said, price=limits.price, currency=limits.currency)
