"""Every subcommand of `scrapy store`, in the order of its help."""

from rankcrawler.commands.store.check import Check
from rankcrawler.commands.store.export import Export
from rankcrawler.commands.store.giving import Gains, Regulars, Top
from rankcrawler.commands.store.health import Coverage, Rooms
from rankcrawler.commands.store.inspecting import Grant, Sql
from rankcrawler.commands.store.lists import Course, Show
from rankcrawler.commands.store.maintenance import Purge, Status
from rankcrawler.commands.store.migrate import Migrate
from rankcrawler.commands.store.people import Search, Shared, User
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.commands.store.sessions import Sessions
from rankcrawler.commands.store.sources import RenameSource, Sources

SUBCOMMANDS: tuple[StoreSubcommand, ...] = (
    *(Show(), Course(), Gains(), Top(), Regulars()),
    *(User(), Search(), Shared(), Sessions()),
    *(Rooms(), Coverage(), Sql(), Export()),
    *(Status(), Sources(), Check(), Purge(), Migrate(), RenameSource(), Grant()),
)
