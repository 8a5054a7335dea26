"""Asks the gateway for one list, as a crawl does, and prints it; nothing is stored."""

from zoneinfo import ZoneInfo

import msgspec

from rankcrawler import durations
from rankcrawler.commands.ending import complain
from rankcrawler.commands.moments import now_ms
from rankcrawler.commands.printing import ranks
from rankcrawler.commands.printing.screen import show_json
from rankcrawler.errors import SettingError
from rankcrawler.gateways import gateway
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.language import tr
from rankcrawler.model import own_rules, pseudonyms
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.options import Options
from rankcrawler.pipelines.validate import validated


async def ask(options: Options, kind: str, room_id: str, anchor_id: str | None) -> RoomSnapshot | FailedPoll:
    """Poll once; raises SettingError, and GatewayError if no answer came."""
    hidden, own = pseudonyms.of_key(options.pseudonymise_key), own_rules.loaded(options.own_code["LIST_RULES"])
    asked = Gateway.of(options)
    asked.check(kind)
    target = asked.target(kind, room_id, anchor_id)
    if missing := asked.missing(target):
        raise SettingError(tr("room {room}: {missing}; set --anchor", room=room_id, missing=missing))
    async with gateway.client(options) as client:
        reply = await client.fetch(*asked.call(target))
    found = asked.read(reply, target, now_ms())
    if isinstance(found, FailedPoll):
        return found
    for path in asked.undocumented(reply):
        complain(tr("room {room}: the gateway does not document `{path}`", room=room_id, path=path))
    return validated(found, hidden=hidden, own=own)


def show(found: RoomSnapshot | FailedPoll, zone: ZoneInfo, *, as_json: bool) -> int:
    """Print the list, with its time in a zone, or on standard error why there is none; returns the exit status."""
    if isinstance(found, FailedPoll):
        room, reason = found.target.room_id, found.reason
        if found.wait:
            pause = durations.text(found.wait)
            complain(
                tr(
                    "room {room}: {reason}; the gateway asks for a pause of {pause}",
                    room=room,
                    reason=reason,
                    pause=pause,
                )
            )
        else:
            complain(tr("room {room}: {reason}", room=room, reason=reason))
        return 1
    if as_json:
        show_json(_flat(found))
    else:
        ranks.show(found, zone=zone)
    return 0


def _flat(snapshot: RoomSnapshot) -> dict[str, object]:
    """The snapshot's fields, with those of its target on the same level."""
    fields = msgspec.structs.asdict(snapshot)
    return msgspec.structs.asdict(fields.pop("target")) | fields
