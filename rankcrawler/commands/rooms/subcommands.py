"""Every subcommand of `scrapy rooms`, in the order of its help."""

from rankcrawler.commands.rooms.changes import Drain, Remove, Retry
from rankcrawler.commands.rooms.claim import Claim
from rankcrawler.commands.rooms.controls import Inflight, Pause, Rate, Resume
from rankcrawler.commands.rooms.lookups import Dead, List, Show
from rankcrawler.commands.rooms.plan import Plan
from rankcrawler.commands.rooms.push import Add
from rankcrawler.commands.rooms.restore import Restore
from rankcrawler.commands.rooms.session import RoomsSubcommand
from rankcrawler.commands.rooms.status import Status

SUBCOMMANDS: tuple[RoomsSubcommand, ...] = (
    Add(),
    List(),
    Show(),
    Remove(),
    Pause(),
    Resume(),
    Drain(),
    Dead(),
    Retry(),
    Restore(),
    Claim(),
    Rate(),
    Inflight(),
    Plan(),
    Status(),
)
