"""`claim`: hands the queue over to another gateway."""

import argparse

from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.language import marked, tr
from rankcrawler.queue.access import anchors_beside


class Claim(RoomsSubcommand):
    """Hands the queue to the gateway that the settings name, with all its rooms."""

    name = "claim"
    help = marked("Poll the queue's rooms at the gateway of GATEWAY_NAME or GATEWAY_URL, if it was another before")
    example = "claim"
    takes_over = True

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Claim the queue."""
        from rankcrawler.gateways.gateway import Gateway  # no other subcommand but restore needs a gateway

        gateway = Gateway.of(session.options)
        holder = gateway.source, gateway.profile.name
        await session.queue.claim(*holder, force=True)
        await anchors_beside(session.queue, session.options, session.kind).claim(*holder, force=True)
        print(tr("the queue belongs to {source}; workers of another gateway end", source=gateway.source))
        return 0
