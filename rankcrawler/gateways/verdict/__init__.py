"""Verdicts: a table that maps an answer's HTTP status, code, status_code and shape to an action.

The gateway does not document its codes. A code that is not in the table uses up one of the room's attempts, and is
reported as it is. The setting VERDICTS adds entries, which take precedence over the table's.
"""

from rankcrawler.gateways.verdict.forms import DOWN, form, is_of_a_web_server
from rankcrawler.gateways.verdict.setting import row
from rankcrawler.gateways.verdict.table import Action, Seen, Shape, of_gateway
from rankcrawler.gateways.verdict.verdicts import (
    DEFAULT_WAIT,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Context,
    Judge,
    Verdict,
    Verdicts,
)

__all__ = [
    "DEFAULT_WAIT",
    "DOWN",
    "LONGEST_WAIT",
    "SHORTEST_WAIT",
    "Action",
    "Context",
    "Judge",
    "Seen",
    "Shape",
    "Verdict",
    "Verdicts",
    "form",
    "is_of_a_web_server",
    "of_gateway",
    "row",
]
