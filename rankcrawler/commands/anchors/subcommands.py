"""Every subcommand of `scrapy anchors`, in the order of its help."""

from rankcrawler.commands.anchors.changes import Add, Pause, Remove
from rankcrawler.commands.anchors.lookups import List, Show
from rankcrawler.commands.anchors.restore import Restore
from rankcrawler.commands.rooms.session import RoomsSubcommand

SUBCOMMANDS: tuple[RoomsSubcommand, ...] = (Add(), List(), Show(), Remove(), Pause(), Restore())
