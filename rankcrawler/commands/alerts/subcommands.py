"""Every subcommand of `rankcrawler alerts`, in the order of its help."""

from rankcrawler.commands.alerts.changes import Add, Mute, Remove, Unmute
from rankcrawler.commands.alerts.lookups import History, List
from rankcrawler.commands.alerts.rules import AlertsSubcommand
from rankcrawler.commands.alerts.trial import Test

SUBCOMMANDS: tuple[AlertsSubcommand, ...] = (Add(), List(), Test(), Mute(), Unmute(), Remove(), History())
