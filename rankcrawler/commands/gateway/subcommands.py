"""Every subcommand of `scrapy gateway`, in the order of its help."""

from rankcrawler.commands.gateway.check import Check
from rankcrawler.commands.gateway.profiles import GatewaySubcommand, List, Show

SUBCOMMANDS: tuple[GatewaySubcommand, ...] = (List(), Show(), Check())
