"""`check`: validates a profile, and tries it with one request."""

import argparse
import asyncio
from collections.abc import Iterator

import msgspec

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json, add_kind
from rankcrawler.commands.gateway.lines import print_rows
from rankcrawler.commands.gateway.profiles import GatewaySubcommand
from rankcrawler.commands.moments import now_ms
from rankcrawler.commands.printing.text import escaped
from rankcrawler.errors import SettingError
from rankcrawler.gateways import gateway, profiles
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.examination import Finding, examined
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.profiles import Placement
from rankcrawler.gateways.verdict import Action
from rankcrawler.model.items import FailedPoll
from rankcrawler.model.targets import Target
from rankcrawler.options import Options
from rankcrawler.pipelines.validate import validated

_HEADER = ("what", "found", "where")
_READ = Action.READ.value


class Check(GatewaySubcommand):
    """Validates a profile or, given a room, requests its list once and says what the answer holds."""

    name = "check"
    help = "Validate a profile; or request a room's list once, and say field by field what was found"
    example = "check 6994259511469247263"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare what is checked."""
        what = "a room to request, or a profile to validate: its name or file (default: GATEWAY_PROFILE)"
        parser.add_argument("what", nargs="?", metavar="ROOM_ID|PROFILE", help=what)
        parser.add_argument("--anchor", type=values.identifier, metavar="ID", help="the anchor's user id")
        add_kind(parser, "which list")
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Validate or request, and print what was found."""
        what = given.what or options.gateway_profile
        if not what.isdigit():
            profile = profiles.named(what)
            print(f"The profile {profile.name} is valid. Its lists: {', '.join(profile.lists)}")
            return 0
        asked = Gateway.of(options)
        asked.check(given.kind)
        target = asked.target(given.kind, values.identifier(what), given.anchor)
        if missing := asked.missing(target):
            raise SettingError(f"room {target.room_id}: {missing}; set --anchor")
        return _show(asked, target, asyncio.run(_fetch(options, asked, target)), as_json=given.json)


async def _fetch(options: Options, asked: Gateway, target: Target) -> Reply:
    async with gateway.client(options) as client:
        return await client.fetch(*asked.call(target))


def _show(asked: Gateway, target: Target, reply: Reply, *, as_json: bool) -> int:
    findings = list(_findings(asked, target, reply))
    if as_json:
        print(escaped(msgspec.json.encode([each._asdict() for each in findings])))
    else:
        print_rows(_HEADER, findings)
    return 0 if findings[-1].found == _READ else 1


def _findings(asked: Gateway, target: Target, reply: Reply) -> Iterator[Finding]:
    """Yield the request, what the reply holds, what is odd about it, and last the verdict."""
    call, found = asked.call(target), asked.read(reply, target, now_ms())
    yield Finding("request", f"{call.url} {call.body.decode()}".rstrip(), call.method)
    yield Finding("token", "sent" if Placement.of(asked.profile.token).is_needed else "not sent", asked.profile.token)
    yield from examined(asked.profile, reply, found)
    if isinstance(found, FailedPoll):
        yield Finding("verdict", found.action, "")
        return
    for path in asked.undocumented(reply):
        yield Finding("not documented", path, "")
    for flag in validated(found).flags:
        yield Finding("flag", flag, "")
    yield Finding("verdict", _READ, "")
