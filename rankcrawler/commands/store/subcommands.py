"""Every subcommand of `scrapy store`, in the order of its help."""

from rankcrawler.commands.store.check import Check
from rankcrawler.commands.store.export import Export
from rankcrawler.commands.store.inspecting import Grant, Sql
from rankcrawler.commands.store.maintenance import Migrate, Purge, Status
from rankcrawler.commands.store.questions import Gains, Users
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.commands.store.sources import RenameSource, Sources

SUBCOMMANDS: tuple[StoreSubcommand, ...] = (
    *(Migrate(), Status(), Check(), Purge(), Sources(), RenameSource()),
    *(Export(), Users(), Gains(), Sql(), Grant()),
)
